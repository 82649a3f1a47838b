import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { signerOf } from '../../shared/wire/envelope.ts';
import { dataFolders } from '../config/data-folder.ts';
import { keyFiles } from '../keys/key-files.ts';
import { retireHubKeys, rotateHubKey } from '../keys/rotation.ts';
import { sshSignedBy } from '../keys/sshsig.ts';
import { parseCommit } from '../model/commit.ts';
import { bundlesToSignAgain } from '../plan/sign-again.ts';
import { newestVolume } from '../store/ledger/volume.ts';
import { lockKeys } from '../store/keys-lock.ts';
import type { ReadData } from '../store/read-data.ts';

/** A new hub key: its file, and the version of the root document that names it. */
export interface RotatedKey {
  readonly file: string;
  readonly version: number;
}

/**
 * Makes a new hub key in a data folder; the old one stays trusted. `rootKey` is the file of the root key (default: the one in
 * the data folder). Throws CONFIG_INVALID when that cannot be read, and CONFLICT while another command changes the keys.
 */
export function rotateKey(data: string, rootKey: string | null): RotatedKey {
  const folder = join(data, dataFolders.keys);
  const seed = readRootKey(rootKey ?? join(folder, keyFiles.root));
  const release = lockKeys(data);
  try {
    const { root } = rotateHubKey(folder, seed);
    return { file: join(folder, keyFiles.hub), version: root.version };
  } finally {
    release();
  }
}

/**
 * Ends the trust in every hub key but the one at work, and gives the version of the root document that says so. Throws
 * CONFIG_INVALID while another key's signature is on anything that agents or the next hub must verify, and CONFLICT while another
 * command changes the keys.
 */
export async function retireKeys(
  data: string,
  rootKey: string | null,
  readData: ReadData,
): Promise<Pick<RotatedKey, 'version'>> {
  const release = lockKeys(data);
  try {
    return await retireLocked(data, rootKey, readData);
  } finally {
    release();
  }
}

async function retireLocked(
  data: string,
  rootKey: string | null,
  readData: ReadData,
): Promise<Pick<RotatedKey, 'version'>> {
  const folder = join(data, dataFolders.keys);
  const waiting = await readData(data, (objects, keys, state) => {
    const { oid = '' } = newestVolume(objects.refs()) ?? {};
    const head = parseCommit(objects.read(oid)?.body ?? new Uint8Array());
    const isOurs = head.signature !== null && sshSignedBy(head.unsigned, head.signature, [keys.hub.publicKey]) !== null;
    return [
      ...(isOurs ? [] : ['the ledger']),
      ...[...bundlesToSignAgain(state, keys.hub)].map((name) => `cluster ${name}`),
    ];
  });
  if (waiting.length > 0) {
    throw new SluiceError('CONFIG_INVALID', `another hub key signed ${waiting.slice(0, 5).join(', ')}`, {
      path: data,
      hint: 'start the hub with its new key first, and let it publish',
    });
  }
  const { root } = retireHubKeys(folder, readRootKey(rootKey ?? join(folder, keyFiles.root)));
  return { version: root.version };
}

function readRootKey(path: string): string {
  try {
    const seed = readFileSync(path, 'utf8').trim();
    signerOf(seed);
    return seed;
  } catch (error) {
    throw asSluiceError(error, 'CONFIG_INVALID', {
      path,
      hint: 'name the file root.key that `init` made (--root-key)',
    });
  }
}
