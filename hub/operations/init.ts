import { join } from 'node:path';
import { dataFiles, dataFolders, ensureSecret } from '../config/data-folder.ts';

/** A hub that was made. */
export interface NewHub {
  /** The id of its channel. */
  readonly channel: string;
  /** The folder of its keys, the root key among them. */
  readonly keys: string;
}

/** Opens the stores of a data folder, which makes those that are missing. */
type OpenStores = (
  data: string,
) => Promise<{ readonly keys: { readonly channel: string }; readonly close: () => void }>;

/** Makes the keys, ledger and channel of a data folder; leaves alone what is there. */
export async function initHub(data: string, open: OpenStores): Promise<NewHub> {
  await ensureSecret(data, dataFiles.adminToken);
  const { keys, close } = await open(data);
  close();
  return { channel: keys.channel, keys: join(data, dataFolders.keys) };
}
