import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';

/** Names in the folder of keys. The root key is only needed to rotate keys or to recover: keep it elsewhere. */
export const keyFiles = { root: 'root.key', hub: 'hub.key' } as const;

/** The bytes of a file of keys; throws CONFIG_INVALID. */
export function readKeyFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const data = { path, hint: 'run `sluice-hub init`' };
    throw new SluiceError('CONFIG_INVALID', 'a key file cannot be read', data, cause);
  }
}

/** Writes a file that its owner alone may read, durably and whole. */
export function writeSecret(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.new`;
  const fd = openSync(temporary, 'w', 0o600);
  const bytes = Buffer.from(content);
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(temporary, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
