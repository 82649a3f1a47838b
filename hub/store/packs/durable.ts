import {
  closeSync,
  existsSync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { asSluiceError } from '../../../shared/errors.ts';

/** Called with the name of each step of a write, just before it is done: tests stop or inspect there. */
export type OnStep = (step: string) => void;

const fsyncAsync = promisify(fsync);

/** Writes a new file beside its final name and makes its bytes durable; the caller renames it. What cannot be written whole is not there. */
export async function writeTemporary(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const fd = openSync(path, 'wx', 0o644);
  try {
    for (const chunk of chunks) writeAll(fd, chunk);
    await fsyncAsync(fd);
  } catch (error) {
    remove(path);
    throw asSluiceError(error, 'INTERNAL', { path });
  } finally {
    closeSync(fd);
  }
}

/** Gives a file that `writeTemporary` wrote its final name; where that fails, it is not there any more. */
export function intoPlace(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    remove(temporary);
    throw asSluiceError(error, 'INTERNAL', { path });
  }
}

/** True for a file of exactly these bytes; it is read in pieces. */
export function hasBytes(path: string, bytes: Buffer): boolean {
  const piece = Buffer.allocUnsafe(Math.min(bytes.length, 1_048_576) + 1);
  const fd = openSync(path, 'r');
  try {
    for (let at = 0; at <= bytes.length;) {
      const read = readSync(fd, piece, 0, piece.length, at);
      if (read === 0) return at === bytes.length;
      if (!piece.subarray(0, read).equals(bytes.subarray(at, at + read))) return false;
      at += read;
    }
    return false;
  } finally {
    closeSync(fd);
  }
}

/** Does something with the file at a path: errors of the system that do not say which file it is about get to say so. */
export function at<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asSluiceError(error, 'INTERNAL', { path });
  }
}

/** Removes a file when it is there. */
export function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const fd = openSync(path, 'r');
  try {
    await fsyncAsync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes a bare repository (HEAD at main, nothing else) when there is none, and folders that it lost; harmless when repeated. */
export function initRepository(dir: string): void {
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) {
    mkdirSync(join(dir, folder), { recursive: true });
  }
  if (existsSync(join(dir, 'HEAD'))) return;
  const config = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[gc]\n\tauto = 0\n';
  writeFileSync(join(dir, 'config'), config);
  // HEAD comes last: with it, the repository exists.
  writeFileSync(join(dir, 'HEAD'), 'ref: refs/heads/main\n');
  for (const folder of ['objects', 'refs', '.', '..']) fsyncFolderSync(join(dir, folder));
}

function writeFileSync(path: string, text: string): void {
  const temporary = `${path}.new`;
  const fd = openSync(temporary, 'w', 0o644);
  writeSync(fd, text);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(temporary, path);
  fsyncFolderSync(dirname(path));
}

function fsyncFolderSync(path: string): void {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

function writeAll(fd: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.byteLength;) done += writeSync(fd, chunk, done);
}
