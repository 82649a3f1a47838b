import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asSluiceError } from '../../shared/errors.ts';
import { maxYamlBytes } from '../../shared/lib/yaml.ts';
import type { RepoReader } from '../../shared/ports/repo.ts';
import { isManifest } from '../model/references.ts';
import type { Entry, Listing } from './snapshot.ts';

/** The files of a commit. */
export async function listCommit(repo: Pick<RepoReader, 'tree' | 'blob'>, commit: string): Promise<Listing> {
  const { files, others } = await repo.tree(commit);
  return { entries: [...files].map(([path, oid]) => ({ path, oid, read: () => repo.blob(oid) })), others };
}

/**
 * The manifests of a folder as they are now, with the ids that Git would give them. Symbolic links are not followed,
 * Git's folders and what `skip` names are left out. Throws SOURCE_UNAVAILABLE when something cannot be read.
 */
export async function listFolder(
  dir: string,
  skip: (path: string) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Listing> {
  const entries: Entry[] = [];
  const others: { path: string; kind: 'symlink' }[] = [];
  const walk = async (folder: string): Promise<void> => {
    signal.throwIfAborted();
    for (const item of await readdir(join(dir, folder), { withFileTypes: true })) {
      const path = folder === '' ? item.name : `${folder}/${item.name}`;
      if (item.name === '.git' || (!item.isDirectory() && !isManifest(path)) || (await skip(path))) continue;
      if (item.isSymbolicLink()) others.push({ path, kind: 'symlink' });
      else if (item.isDirectory()) await walk(path);
      else if (item.isFile()) entries.push(await entryOf(dir, path));
    }
  };
  try {
    await walk('');
  } catch (error) {
    throw asSluiceError(error, 'SOURCE_UNAVAILABLE', { path: dir });
  }
  return { entries, others };
}

async function entryOf(dir: string, path: string): Promise<Entry> {
  const file = join(dir, path);
  const { size } = await lstat(file);
  // One byte too many is enough to be refused as too large, however large it is.
  const bytes = size > maxYamlBytes ? new Uint8Array(maxYamlBytes + 1) : await readFile(file);
  return { path, oid: blobId(bytes), read: () => Promise.resolve(bytes) };
}

function blobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
