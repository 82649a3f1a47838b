import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import { dataFolders } from '../config/data-folder.ts';
import { hasKeys, loadKeys } from '../keys/hub-keys.ts';
import { rootFiles } from '../keys/root-documents.ts';
import type { HubKeys } from '../keys/types.ts';
import type { State } from '../model/state.ts';
import type { ObjectStore } from '../model/objects.ts';
import { openLedger } from './ledger/ledger.ts';
import { openPackStore } from './packs/store.ts';

/** Reads what a data folder holds, and gives what `read` makes of it. */
export type ReadData = <T>(data: string, read: (objects: ObjectStore, keys: HubKeys, state: State) => T) => Promise<T>;

/** Reads a data folder without writing to it, whether a hub runs there or not. Throws CONFIG_INVALID where there is no hub. */
export const readData: ReadData = async (data, read) => {
  const ledgerDir = join(data, dataFolders.ledger);
  const keysDir = join(data, dataFolders.keys);
  if (!hasKeys(keysDir) || !existsSync(ledgerDir)) {
    throw new SluiceError('CONFIG_INVALID', 'there is no hub in this data folder', {
      path: data,
      hint: 'name the data folder of the hub with --data',
    });
  }
  const keys = loadKeys(keysDir);
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(ledgerDir, (store) => {
        const ledger = openLedger({ ...keys, store, files: rootFiles(keys) });
        return ledger.read().then((state) => read(store, keys, state));
      });
    } catch (error) {
      // A running hub may merge packs after their names were listed and before they were opened.
      if (attempt === 3 || !isGone(error)) throw error;
    }
  }
};

async function readOnce<T>(dir: string, read: (store: ObjectStore) => Promise<T>): Promise<T> {
  const store = openPackStore(dir);
  try {
    return await read(store);
  } finally {
    store.close();
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
