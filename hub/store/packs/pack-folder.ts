import { readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../../../shared/errors.ts';
import { makingPack, type PackEntry } from '../../../shared/lib/git/pack.ts';
import { inSlices } from '../../../shared/lib/slices.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { PackedObject } from '../../model/objects.ts';
import { hasBytes, intoPlace, remove, syncFolder, writeTemporary, type OnStep } from './durable.ts';
import { openPackFile, type PackFile } from './packfile.ts';

/** The packs in a folder: those that other processes add are seen, too. */
export interface PackFolder {
  readonly has: (oid: Oid) => boolean;
  /** Those of some objects that no pack has that is known here: what another process wrote meanwhile may be among them. */
  readonly missing: (oids: ReadonlySet<Oid>) => ReadonlySet<Oid>;
  readonly packed: (oid: Oid) => PackedObject | null;
  /** All packs now, the newest first. */
  readonly packs: () => readonly PackFile[];
  /** Writes one more pack, durably, and answers its name. */
  readonly add: (entries: readonly PackEntry[]) => Promise<string>;
  /** Deletes packs, which are not read from here any more. */
  readonly drop: (packs: readonly PackFile[]) => Promise<void>;
  /** Those of the open packs whose files are not in the folder any more. */
  readonly lost: () => readonly PackFile[];
  /** Puts a pack for each lot of objects into the place of others, which are read until all are there. */
  readonly replace: (old: readonly PackFile[], lots: AsyncIterable<readonly PackEntry[]>) => Promise<void>;
  readonly close: () => void;
}

// A temporary file this old belongs to a writer that died.
const leftoverMs = 3_600_000;
const racyMs = 100;

/** Opens the packs in `folder`. */
export function openPackFolder(folder: string, onStep: OnStep): PackFolder {
  let packs: PackFile[] = [];
  let seen = '';
  // What is being deleted is not there any more, although it may still be in the folder.
  const leaving = new Set<string>();

  const rescan = (): boolean => {
    const { mtimeMs, ctimeMs } = statSync(folder);
    const stamp = `${mtimeMs} ${ctimeMs}`;
    if (stamp === seen) return false;
    // A folder that changed just now may change again without a new time stamp: it is read again the next time.
    seen = Date.now() - mtimeMs < racyMs ? '' : stamp;
    const known = new Set([...packs.map(({ name }) => name), ...leaving]);
    const added = packNames(folder).filter((name) => !known.has(name));
    packs = [...added.map((name) => openPackFile(join(folder, name), name)), ...packs];
    return added.length > 0;
  };
  const packed = (oid: Oid): PackedObject | null => packedIn(packs, oid) ?? (rescan() ? packed(oid) : null);
  const has = (oid: Oid): boolean => packs.some((pack) => pack.has(oid)) || (rescan() && has(oid));

  rescan();
  return {
    has,
    missing: (oids) => new Set([...oids].filter((oid) => !packs.some((pack) => pack.has(oid)))),
    packed,
    packs: () => {
      rescan();
      return packs;
    },
    add: async (entries) => {
      const name = await writePack(folder, entries, onStep);
      // The folder is not read for it: with many packs that takes longer than all of the write.
      if (!packs.some((pack) => pack.name === name)) packs = [openPackFile(join(folder, name), name), ...packs];
      return name;
    },
    drop: async (dropped) => {
      const gone = new Set(dropped);
      packs = packs.filter((pack) => !gone.has(pack));
      for (const { name } of dropped) leaving.add(name);
      for (const pack of dropped) {
        onStep('remove merged pack');
        await removePack(folder, pack);
        leaving.delete(pack.name);
      }
      removeLeftovers(folder);
    },
    lost: () => lostOf(folder, packs),
    replace: async (old, lots) => {
      const made = await writePacks(folder, lots, onStep);
      packs = [
        ...made.map((name) => openPackFile(join(folder, name), name)),
        ...packs.filter((one) => !old.includes(one)),
      ];
      for (const { end } of old) await end();
    },
    close: () => {
      for (const pack of packs.splice(0)) pack.close();
    },
  };
}

/** Beside other work: what a large file held takes the disk a while to free. */
async function removePack(folder: string, { name, end }: PackFile): Promise<void> {
  await rm(join(folder, `${name}.idx`), { force: true });
  await rm(join(folder, `${name}.pack`), { force: true });
  await end();
}

function lostOf(folder: string, packs: readonly PackFile[]): readonly PackFile[] {
  const here = new Set(packNames(folder));
  return packs.filter(({ name }) => !here.has(name));
}

/** An object as it lies in the first of some packs that has it. */
export function packedIn(packs: readonly PackFile[], oid: Oid): PackedObject | null {
  for (const pack of packs) {
    const found = pack.packed(oid);
    if (found !== null) return found;
  }
  return null;
}

async function writePacks(
  folder: string,
  lots: AsyncIterable<readonly PackEntry[]>,
  onStep: OnStep,
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const lot of lots) names.push(await writePack(folder, lot, onStep));
  return names;
}

async function writePack(folder: string, entries: readonly PackEntry[], onStep: OnStep): Promise<string> {
  const { name, pack, index } = await inSlices(makingPack(entries));
  const file = `pack-${name}`;
  const path = join(folder, file);
  const temporary = join(folder, `tmp_${name}.${process.pid}.${process.hrtime.bigint()}`);
  // Git reads every file that ends in .idx, even one that a killed hub left half written: these end otherwise.
  onStep('write pack');
  await writeBoth(temporary, pack, index);
  onStep('compare pack');
  // What is read from now on must be what was signed: a disk that does not keep it is found here, and not by a cluster.
  if (!hasBytes(`${temporary}-pack`, pack) || !hasBytes(`${temporary}-idx`, index)) {
    for (const end of ['pack', 'idx']) remove(`${temporary}-${end}`);
    throw new SluiceError('PACK_INVALID', 'the disk gave back other bytes than were written', { path });
  }
  onStep('rename pack');
  intoPlace(`${temporary}-pack`, `${path}.pack`);
  onStep('rename index');
  // Git looks for indexes: a pack exists once its index does.
  intoPlace(`${temporary}-idx`, `${path}.idx`);
  onStep('sync packs');
  await syncFolder(folder);
  return file;
}

/** Both or none: a disk that is full must not be filled further with each try. */
async function writeBoth(temporary: string, pack: Buffer, index: Buffer): Promise<void> {
  const parts = [writeTemporary(`${temporary}-pack`, [pack]), writeTemporary(`${temporary}-idx`, [index])];
  const failed = (await Promise.allSettled(parts)).find((one) => one.status === 'rejected');
  if (failed === undefined) return;
  for (const end of ['pack', 'idx']) remove(`${temporary}-${end}`);
  throw failed.reason;
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
