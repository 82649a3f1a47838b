import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes that were put aside: how many, on which pages, and the number that they were encrypted with. */
export interface Placed {
  readonly bytes: number;
  readonly pages: readonly number[];
  readonly number: number;
}

/** A file that bytes are put aside in. */
export interface Spill {
  readonly write: (bytes: Uint8Array) => Placed;
  readonly read: (placed: Placed) => Uint8Array;
  /** Gives the pages back, to be written again. */
  readonly free: (placed: Placed) => void;
}

const pageBytes = 4096;

/**
 * Opens a file without a name in a folder: it is gone with this process, however that ends. What is written is encrypted with a key
 * that this process alone has, because contents may be those of Secrets. Throws where the folder takes no file.
 */
export function openSpill(folder: string): Spill {
  const path = join(folder, `sluice-${randomBytes(8).toString('hex')}`);
  const file = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  const key = randomBytes(32);
  const free: number[] = [];
  let pages = 0;
  let written = 0;

  const ivOf = (number: number): Buffer => {
    // The upper half numbers what was written, the lower half its blocks: no two blocks are encrypted alike.
    const iv = Buffer.alloc(16);
    iv.writeBigUInt64BE(BigInt(number));
    return iv;
  };
  return {
    write: (bytes) => {
      const count = Math.ceil(bytes.byteLength / pageBytes);
      const old = free.splice(-count, count);
      const own = [...old, ...Array.from({ length: count - old.length }, (_, at) => pages + at)].sort((a, b) => a - b);
      const number = (written += 1);
      const sealed = createCipheriv('aes-256-ctr', key, ivOf(number)).update(bytes);
      try {
        for (const { at, from, to } of runsOf(own)) writeAll(file, sealed.subarray(at, at + (to - from)), from);
      } catch (error) {
        free.push(...old);
        throw error;
      }
      pages += count - old.length;
      return { bytes: bytes.byteLength, pages: own, number };
    },
    read: ({ bytes, pages: own, number }) => {
      const sealed = Buffer.alloc(own.length * pageBytes);
      // A file that is shorter than what was written leaves zeros: the digest tells.
      for (const { at, from, to } of runsOf(own)) readSync(file, sealed, at, to - from, from);
      return createDecipheriv('aes-256-ctr', key, ivOf(number)).update(sealed.subarray(0, bytes));
    },
    free: ({ pages: own }) => void free.push(...own),
  };
}

/** Pages that follow each other, as one stretch of the file: where it is among the bytes, and in the file. */
function runsOf(pages: readonly number[]): { readonly at: number; readonly from: number; readonly to: number }[] {
  const runs: { at: number; from: number; to: number }[] = [];
  for (const [index, page] of pages.entries()) {
    const last = runs.at(-1);
    if (last?.to === page * pageBytes) last.to += pageBytes;
    else runs.push({ at: index * pageBytes, from: page * pageBytes, to: (page + 1) * pageBytes });
  }
  return runs;
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength;) {
    done += writeSync(file, bytes, done, bytes.byteLength - done, position + done);
  }
}
