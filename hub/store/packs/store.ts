import { readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { GitObject, Oid } from '../../../shared/lib/git/object.ts';
import { makePack, packEntry, type PackEntry } from '../../../shared/lib/git/pack.ts';
import type { ObjectStore, PackedObject } from '../../model/objects.ts';
import { initRepository, remove, syncFolder, writeTemporary, type OnStep } from './durable.ts';
import { processOwner, type LockOwner } from './lock.ts';
import { openPackFile, unpack, type PackFile } from './packfile.ts';
import { openRefs } from './refs.ts';

/** What tests replace: who takes locks, and a look at every step of a write. */
export interface StoreOptions {
  readonly owner?: LockOwner;
  readonly onStep?: OnStep;
  /** Packs above this number are merged by consolidate (default 24). */
  readonly maxPacks?: number;
}

// A temporary file this old belongs to a writer that died.
const leftoverMs = 3_600_000;
const racyMs = 100;

/** Opens the bare repository in `dir`, making it when there is none: undeltified packs, packed refs, nothing loose. */
export function openPackStore(dir: string, options: StoreOptions = {}): ObjectStore {
  const { owner = processOwner(), onStep = () => undefined, maxPacks = 24 } = options;
  initRepository(dir);
  const folder = join(dir, 'objects', 'pack');
  const refs = openRefs(dir, owner, onStep);
  let packs: PackFile[] = [];
  let seen = '';
  // Writes of one process come one after the other; the lock file is for other processes.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work);
    turn = next.catch(() => undefined);
    return next;
  };

  const rescan = (): boolean => {
    const { mtimeMs, ctimeMs } = statSync(folder);
    const stamp = `${mtimeMs} ${ctimeMs}`;
    if (stamp === seen) return false;
    // A folder that changed just now may change again without a new time stamp: look again next time.
    seen = Date.now() - mtimeMs < racyMs ? '' : stamp;
    const known = new Set(packs.map(({ name }) => name));
    const added = packNames(folder).filter((name) => !known.has(name));
    packs = [...added.map((name) => openPackFile(join(folder, name), name)), ...packs];
    return added.length > 0;
  };
  const packed = (oid: Oid): PackedObject | null => {
    for (const pack of packs) {
      const found = pack.packed(oid);
      if (found !== null) return found;
    }
    return rescan() ? packed(oid) : null;
  };
  const has = (oid: Oid): boolean => packs.some((pack) => pack.has(oid)) || (rescan() && has(oid));

  const writePack = async (entries: readonly PackEntry[]): Promise<void> => {
    const { name, pack, index } = makePack(entries);
    const path = join(folder, `pack-${name}`);
    const temporary = join(folder, `tmp_${name}.${process.pid}.${process.hrtime.bigint()}`);
    // Git reads every file that ends in .idx, even one that a killed hub left half written: these end otherwise.
    onStep('write pack');
    await Promise.all([writeTemporary(`${temporary}-pack`, [pack]), writeTemporary(`${temporary}-idx`, [index])]);
    onStep('rename pack');
    renameSync(`${temporary}-pack`, `${path}.pack`);
    onStep('rename index');
    // Git looks for indexes: a pack exists once its index does.
    renameSync(`${temporary}-idx`, `${path}.idx`);
    onStep('sync packs');
    await syncFolder(folder);
    seen = '';
    rescan();
  };

  const consolidate = async (): Promise<boolean> => {
    rescan();
    const merged = mergeable(packs, maxPacks);
    if (merged.length < 2) return false;
    const names = [...new Set(merged.flatMap((pack) => pack.names()))];
    const entries = names.flatMap((oid) => entryOf(merged, oid));
    await writePack(entries);
    const gone = new Set(merged);
    packs = packs.filter((pack) => !gone.has(pack));
    for (const { name, close } of merged) {
      onStep('remove merged pack');
      remove(join(folder, `${name}.idx`));
      remove(join(folder, `${name}.pack`));
      close();
    }
    removeLeftovers(folder);
    return true;
  };

  rescan();
  return {
    has,
    packed,
    read: (oid) => {
      const found = packed(oid);
      return found === null ? null : unpack(oid, found);
    },
    refs: refs.all,
    write: (objects) => {
      return inTurn(async () => {
        const fresh = new Map(objects.filter(({ oid }) => !has(oid)).map((object) => [object.oid, object]));
        if (fresh.size > 0) await writePack(ordered([...fresh.values()]).map(packEntry));
      });
    },
    moveRefs: (moves) => inTurn(() => refs.move(moves)),
    consolidate: () => inTurn(consolidate),
    close: () => {
      for (const pack of packs) pack.close();
      packs = [];
    },
  };
}

const typeRank = { commit: 0, tree: 1, blob: 2 } as const;

// Commits, then trees, then blobs, as walks read them.
function ordered(objects: readonly GitObject[]): GitObject[] {
  return [...objects].sort((a, b) => typeRank[a.type] - typeRank[b.type]);
}

// The smallest packs, such that each pack that stays is at least twice as large as all smaller ones together.
function mergeable(packs: readonly PackFile[], maxPacks: number): PackFile[] {
  if (packs.length <= maxPacks) return [];
  const sorted = [...packs].sort((a, b) => a.count - b.count);
  let sum = 0;
  let take = 0;
  sorted.forEach((pack, i) => {
    if (pack.count < 2 * sum) take = i + 1;
    sum += pack.count;
  });
  return sorted.slice(0, Math.max(take, 2));
}

function entryOf(packs: readonly PackFile[], oid: Oid): PackEntry[] {
  for (const pack of packs) {
    const found = pack.packed(oid);
    if (found !== null) return [{ oid, bytes: found.entry }];
  }
  return [];
}

function packNames(folder: string): string[] {
  const files = new Set(readdirSync(folder));
  return [...files]
    .filter((file) => /^pack-[0-9a-f]+\.idx$/.test(file))
    .map((file) => file.slice(0, -4))
    .filter((name) => files.has(`${name}.pack`));
}

function removeLeftovers(folder: string): void {
  for (const file of readdirSync(folder).filter((name) => name.startsWith('tmp_'))) {
    const stat = statSync(join(folder, file), { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > leftoverMs) remove(join(folder, file));
  }
}
