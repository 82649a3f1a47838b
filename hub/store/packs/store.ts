import { join } from 'node:path';
import type { GitObject, Oid } from '../../../shared/lib/git/object.ts';
import { packEntryAside, type PackEntry } from '../../../shared/lib/git/pack.ts';
import type { ObjectStore } from '../../model/objects.ts';
import { startSlices, unitsOfBytes } from '../../../shared/lib/slices.ts';
import { createTurns } from '../../model/turns.ts';
import { keepOnly, type PutAside } from './keep.ts';
import { initRepository, type OnStep } from './durable.ts';
import { processOwner, type LockOwner } from './lock.ts';
import { mergedEntries, packsToMerge } from './merge.ts';
import { openPackFolder } from './pack-folder.ts';
import { unpack } from './packfile.ts';
import { openRefs } from './refs.ts';
import { restoreLost } from './restore.ts';

/** What tests replace: the owner of locks, and a call before every step of a write. */
export interface StoreOptions {
  readonly owner?: LockOwner;
  readonly onStep?: OnStep;
  /** Packs above this number are merged by consolidate (default 24). */
  readonly maxPacks?: number;
}

/** A repository in a folder, with what only its folder can do. */
export interface PackStore extends ObjectStore {
  /** Bytes of all packs and their indexes. */
  readonly bytes: () => number;
  /**
   * Keeps some objects alone; what was in reach before and must not be lost is put away by `aside`, which is given the packs that go.
   * Nothing may be written meanwhile that no ref reaches yet.
   */
  readonly keepOnly: (oids: Iterable<Oid>, aside: PutAside) => Promise<void>;
  /** Forgets refs. */
  readonly dropRefs: (refs: readonly string[]) => Promise<void>;
}

/** Opens the bare repository in `dir`, making it when there is none: undeltified packs, packed refs, nothing loose. */
export function openPackStore(dir: string, options: StoreOptions = {}): PackStore {
  const { owner = processOwner(), onStep = () => undefined, maxPacks = 24 } = options;
  initRepository(dir);
  const folder = openPackFolder(join(dir, 'objects', 'pack'), onStep);
  const refs = openRefs(dir, owner, onStep);
  // Writes of one process come one after the other; the lock file is for other processes.
  const turns = createTurns();
  const { has, packed } = folder;

  const write = async (objects: readonly GitObject[]): Promise<void> => {
    const slices = startSlices();
    const fresh = new Map<Oid, GitObject>();
    for (const some of inLots(objects)) {
      const missing = folder.missing(new Set(some.map(({ oid }) => oid)));
      for (const object of some) if (missing.has(object.oid)) fresh.set(object.oid, object);
      await slices.spend(some.length);
    }
    const entries: PackEntry[] = [];
    for (const object of inReadingOrder([...fresh.values()])) {
      entries.push(await packEntryAside(object));
      await slices.spend(3 * unitsOfBytes(object.body.length));
    }
    if (entries.length > 0) await folder.add(entries);
  };
  const consolidate = async (): Promise<boolean> => {
    initRepository(dir);
    await restoreLost(folder);
    const merged = packsToMerge(folder.packs(), maxPacks);
    if (merged.length === 0) return false;
    await folder.add(mergedEntries(merged));
    await folder.drop(merged);
    return true;
  };
  return {
    has,
    packed,
    read: (oid) => {
      const found = packed(oid);
      return found === null ? null : unpack(oid, found);
    },
    refs: refs.all,
    write: (objects) => turns.take(() => write(objects)),
    moveRefs: (moves) => turns.take(() => refs.move(moves)),
    consolidate: () => turns.take(consolidate),
    bytes: () => folder.packs().reduce((sum, { bytes }) => sum + bytes, 0),
    keepOnly: (oids, aside) => turns.take(() => keepOnly(folder, oids, aside)),
    dropRefs: (names) => turns.take(() => refs.drop(names)),
    close: folder.close,
  };
}

/** Objects that are looked up together. */
const lot = 500;

function* inLots(objects: readonly GitObject[]): Generator<readonly GitObject[]> {
  for (let at = 0; at < objects.length; at += lot) yield objects.slice(at, at + lot);
}

const typeRank = { commit: 0, tree: 1, blob: 2 } as const;

// Commits, then trees, then blobs, as walks read them.
function inReadingOrder(objects: readonly GitObject[]): GitObject[] {
  return [...objects].sort((a, b) => typeRank[a.type] - typeRank[b.type]);
}
