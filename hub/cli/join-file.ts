import { access, writeFile } from 'node:fs/promises';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';

/** Throws EXISTS where a join file cannot be new: asked before the hub makes a token, which would be lost. */
export async function assertFree(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new SluiceError('EXISTS', 'this file exists', { path, hint: 'remove it, or give another --out' });
}

/** Writes a join file for its owner alone, never over an existing file: it may be the only copy of another secret. */
export async function writeJoinFile(path: string, line: string): Promise<void> {
  try {
    await writeFile(path, `${line}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw asSluiceError(error, 'EXISTS', { path, hint: 'remove it, or give another --out' });
  }
}
