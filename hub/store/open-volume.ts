import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Oid } from '../../shared/lib/git/object.ts';
import type { ObjectStore } from '../model/objects.ts';
import { archivedVolume } from './ledger/archive.ts';
import { volumeRef } from './ledger/volume.ts';
import { openPackStore } from './packs/store.ts';

/** A volume of the ledger that is here. */
export interface OpenedVolume {
  readonly objects: ObjectStore;
  readonly head: Oid;
  readonly close: () => void;
}

/** Opens a volume, which is in the ledger's repository still or in the folder of old ones; null where it is not here. */
export type OpenVolume = (ledger: ObjectStore, archive: string, volume: number) => OpenedVolume | null;

/** Opens it on this machine's disk, for reading. */
export const openVolume: OpenVolume = (ledger, archive, volume) => {
  const here = ledger.refs().get(volumeRef(volume));
  if (here !== undefined && ledger.has(here)) return { objects: ledger, head: here, close: () => undefined };
  const dir = archivedVolume(archive, volume);
  if (!existsSync(join(dir, 'HEAD'))) return null;
  const store = openPackStore(dir);
  const head = store.refs().get(volumeRef(1));
  if (head !== undefined) return { objects: store, head, close: store.close };
  store.close();
  return null;
};
