import { asSluiceError } from '../../shared/errors.ts';
import { digestOf, type Digest } from '../../shared/lib/canonical.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Contents } from '../model/contents.ts';
import { openSpill, type Placed, type Spill } from './spill.ts';

/** What contents are made of. */
export interface ContentsOptions {
  /** Where what is too much for memory is put; null = nowhere, all of it stays in memory. */
  readonly folder: string | null;
  /** The most bytes of files in memory, while there is a folder that takes the rest. */
  readonly memoryBytes: number;
  readonly log: Pick<Log, 'warn'>;
}

/** As much of a bundle as one application may have stays in memory: almost all bundles are smaller, and never meet the disk. */
export const contentsMemory = 8 * 1024 * 1024;

/** Contents of which no more than `memoryBytes` are in memory, and the rest in a folder. */
export function openContents({ folder, memoryBytes, log }: ContentsOptions): Contents {
  const held = new Map<Digest, Uint8Array>();
  const placed = new Map<Digest, Placed>();
  let heldBytes = 0;
  let spill: Spill | null = null;
  let isUsable = folder !== null;

  const giveUp = (words: string, error?: string): void => {
    isUsable = false;
    log.warn(words, { folder, ...(error !== undefined && { error }) });
  };
  const place = (bytes: Uint8Array): Placed | null => {
    if (!isUsable || folder === null || heldBytes + bytes.byteLength <= memoryBytes) return null;
    try {
      spill ??= openSpill(folder);
      return spill.write(bytes);
    } catch (error) {
      giveUp('the cache folder takes nothing more: large bundles stay in memory', asSluiceError(error).message);
      return null;
    }
  };
  const readPlaced = (digest: Digest): Uint8Array | null => {
    const where = placed.get(digest);
    if (where === undefined || spill === null) return null;
    const bytes = attempt(() => spill?.read(where));
    if (bytes !== undefined && digestOf(bytes) === digest) return bytes;
    giveUp('a file in the cache folder is not what was written: it is fetched again, and stays in memory');
    drop(digest);
    return null;
  };
  const drop = (digest: Digest): void => {
    heldBytes -= held.get(digest)?.byteLength ?? 0;
    held.delete(digest);
    const where = placed.get(digest);
    if (where !== undefined) spill?.free(where);
    placed.delete(digest);
  };
  return {
    put: (digest, bytes) => {
      // What cannot be read any more is put anew.
      drop(digest);
      const where = place(bytes);
      if (where !== null) placed.set(digest, where);
      else {
        held.set(digest, bytes);
        heldBytes += bytes.byteLength;
      }
    },
    sizeOf: (digest) => held.get(digest)?.byteLength ?? placed.get(digest)?.bytes ?? null,
    read: (digest) => held.get(digest) ?? readPlaced(digest),
    retain: (wanted) => {
      for (const digest of [...held.keys(), ...placed.keys()]) if (!wanted.has(digest)) drop(digest);
    },
  };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
