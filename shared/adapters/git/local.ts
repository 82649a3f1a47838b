import * as nodeFs from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { SluiceError } from '../../errors.ts';
import type { LocalRepo, Repo } from '../../ports/repo.ts';
import { requireReadable } from './extensions.ts';
import { kindOf } from './kind-of.ts';
import { isIgnored } from './library.ts';
import { createReader, renewing, type GitFolders } from './reader.ts';

/** A repository of this machine with the calls of a remote one; a fetch brings nothing new. Throws NOT_FOUND. */
export async function followLocal(folder: string): Promise<Repo> {
  const repo = await requireLocal(folder);
  const lookup = (ref: string) => repo.resolve(ref);
  return { ...repo, lookup, fetch: lookup, expect: () => undefined, discard: () => Promise.resolve() };
}

/** The repository of a folder; throws NOT_FOUND where there is none. */
export async function requireLocal(folder: string): Promise<LocalRepo> {
  const repo = await openLocal(folder);
  if (repo === null) throw new SluiceError('NOT_FOUND', 'there is no Git repository here', { path: folder });
  return repo;
}

/** The repository whose work tree or bare folder this is; null where there is none. Throws SOURCE_UNAVAILABLE for a format that cannot be read. */
export async function openLocal(dir: string): Promise<LocalRepo | null> {
  const found = await findFolders(dir);
  if (found === null) return null;
  const { folders, workTree } = found;
  await requireReadable(folders.common);
  // Packs may be replaced under our feet (git gc), so nothing is remembered from one question to the next.
  const reader = () => createReader({ fs: nodeFs, gitdir: folders.common, cache: {} }, folders);
  const cached = createReader({ fs: nodeFs, gitdir: folders.common, cache: {} }, folders);
  return {
    ...renewing(reader),
    commit: (oid) => cached.commit(oid),
    firstParents: (from, signal) => cached.firstParents(from, signal),
    descends: (commit, ancestor, signal) => cached.descends(commit, ancestor, signal),
    tree: (commit) => cached.tree(commit),
    blob: (oid) => cached.blob(oid),
    workTree,
    isIgnored: (path) => (workTree === null ? Promise.resolve(false) : isIgnored(nodeFs, workTree, path)),
  };
}

/** Where the repository of a work tree or bare folder keeps its files; null where there is none. */
export async function findFolders(dir: string): Promise<{ folders: GitFolders; workTree: string | null } | null> {
  const dotGit = join(dir, '.git');
  const kind = await kindOf(dotGit);
  if (kind === 'folder') return { folders: { own: dotGit, common: dotGit }, workTree: dir };
  if (kind === 'file') {
    const target = (await readFile(dotGit, 'utf8')).replace(/^gitdir:\s*/, '').trim();
    const own = isAbsolute(target) ? target : join(dir, target);
    const shared = await readFile(join(own, 'commondir'), 'utf8').catch(() => '.');
    return { folders: { own, common: resolve(own, shared.trim()) }, workTree: dir };
  }
  const bare = (await kindOf(join(dir, 'HEAD'))) === 'file' && (await kindOf(join(dir, 'objects'))) === 'folder';
  return bare ? { folders: { own: dir, common: dir }, workTree: null } : null;
}
