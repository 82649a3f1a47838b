import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { PackEntry } from '../../../shared/lib/git/pack.ts';
import { startSlices, unitsOfBytes } from '../../../shared/lib/slices.ts';
import { initRepository, syncFolder } from './durable.ts';
import { inLots } from './lots.ts';
import type { PackFolder } from './pack-folder.ts';
import { unpack } from './packfile.ts';

/** Puts packs of some names where they are not in the way, durably, before they are deleted here. */
export type PutAside = (names: readonly string[]) => Promise<void>;

/** Writes the objects that are to stay into packs of their own, then deletes all packs that were there before. A damaged object stops it. */
export async function keepOnly(folder: PackFolder, oids: Iterable<Oid>, aside: PutAside): Promise<void> {
  const before = folder.packs();
  const kept = new Set<string>();
  for await (const lot of inLots(entriesOf(folder, oids))) kept.add(await folder.add(lot));
  await aside(before.map(({ name }) => name));
  await folder.drop(before.filter(({ name }) => !kept.has(name)));
}

async function* entriesOf(folder: PackFolder, oids: Iterable<Oid>): AsyncGenerator<PackEntry> {
  const slices = startSlices();
  for (const oid of oids) {
    const packed = folder.packed(oid);
    if (packed === null) throw new SluiceError('PACK_INVALID', 'an object is missing', { subject: oid });
    unpack(oid, packed);
    await slices.spend(unitsOfBytes(packed.size));
    yield { oid, bytes: packed.entry };
  }
}

/** Gives packs of the repository in `from` a second name in the bare repository in `to`, which is made where there is none: no bytes are copied within one disk. */
export async function linkPacks(from: string, to: string, names: readonly string[]): Promise<void> {
  initRepository(to);
  const [source, target] = [from, to].map((dir) => join(dir, 'objects', 'pack')) as [string, string];
  // Git looks for indexes: a pack exists once its index does.
  for (const name of names)
    for (const end of ['pack', 'idx']) link(join(source, `${name}.${end}`), join(target, `${name}.${end}`));
  await syncFolder(target);
}

function link(from: string, to: string): void {
  if (existsSync(to)) return;
  try {
    linkSync(from, to);
  } catch (error) {
    // Another disk, or one without links.
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    copyFileSync(from, `${to}.new`);
    syncFile(`${to}.new`);
    renameSync(`${to}.new`, to);
  }
}

function syncFile(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
