import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';

/** Names in the folder of keys. The root key is only needed to rotate keys or to recover: keep it elsewhere. */
export const keyFiles = {
  root: 'root.key',
  hub: 'hub.key',
  /** There for as long as the keys have signed nothing. */
  unused: 'unused',
} as const;

/** The bytes of a file of keys; throws CONFIG_INVALID. */
export function readKeyFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const data = { path, hint: 'bring it back from where its copy is kept: docs/operations.md, "A lost hub"' };
    throw new SluiceError('CONFIG_INVALID', `a key file cannot be read (${codeOf(cause)})`, data, cause);
  }
}

/** Writes a file that its owner alone may read, durably and whole, in the place of the one that is there. */
export function writeSecret(path: string, content: string | Uint8Array): void {
  renameSync(writeBeside(path, content), path);
  syncFolder(dirname(path));
}

/** Makes a file that its owner alone may read, durably and whole; one that is there is never touched: answers false. */
export function createSecret(path: string, content: string | Uint8Array): boolean {
  const temporary = writeBeside(path, content);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    unlinkSync(temporary);
    syncFolder(dirname(path));
  }
}

function writeBeside(path: string, content: string | Uint8Array): string {
  const temporary = `${path}.new`;
  const fd = openSync(temporary, 'w', 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return temporary;
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
