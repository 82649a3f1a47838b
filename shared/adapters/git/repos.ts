import * as nodeFs from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSluiceError, SluiceError } from '../../errors.ts';
import type { Http } from '../../ports/http.ts';
import type { LocalRepo, PushHint, RefSource, Repo, RepoFiles, RepoReader, Repos, RepoSpec } from '../../ports/repo.ts';
import { fetchIncrement } from './increment.ts';
import { fetchCommit, fetchLimits, initBare, isIgnored, readObject, type FetchLimits, type GitDir } from './library.ts';
import { createMemoryFs } from './memoryfs.ts';
import { createReader, readTree, type GitFolders } from './reader.ts';
import { lookupRefs, type GitHost } from './refs.ts';

/** The repositories of shared/ports/repo.ts, over isomorphic-git and our own guards. */
export function createRepos(http: Http, limits: FetchLimits = fetchLimits): Repos {
  return {
    open: async (spec) => {
      const folder = folderOf(spec.url);
      return folder === null ? openRemote(http, spec, limits) : followLocal(folder);
    },
    openLocal,
    source: (spec) => {
      const folder = folderOf(spec.url);
      return folder === null ? remoteSource(hostOf(http, spec), limits) : localSource(folder);
    },
  };
}

/** The folder that a `file://` URL or a path names; null for a URL of a host. */
function folderOf(url: string): string | null {
  if (url.startsWith('file:')) return fileURLToPath(url);
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? null : resolve(url);
}

function hostOf(http: Http, spec: Omit<RepoSpec, 'cache'>): GitHost {
  const protocol = new URL(spec.url).protocol;
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new SluiceError('CONFIG_INVALID', `Git over ${protocol} is not supported`, { hint: 'use an https:// URL' });
  }
  const { authorization = () => null, headers = {} } = spec;
  return { http, url: spec.url.replace(/\/+$/, ''), authorization, headers };
}

/** Clones with more packs than this are made anew: nothing here repacks. */
const maxPacks = 64;

function openRemote(http: Http, spec: RepoSpec, limits: FetchLimits): Repo {
  const host = hostOf(http, spec);
  const folders: GitFolders = { own: spec.cache, common: spec.cache };
  let dir: GitDir = { fs: nodeFs, gitdir: spec.cache, cache: {} };
  let v2: boolean | null = null;
  let hint: PushHint | null = null;
  const reader = (): RepoReader => createReader(dir, folders);

  const lookup = async (ref: string, signal: AbortSignal): Promise<string | null> => {
    const found = await lookupRefs(host, [ref], { v2, signal });
    v2 = found.v2;
    return found.refs.get(ref) ?? null;
  };
  const discard = async (): Promise<void> => {
    dir = { ...dir, cache: {} };
    await rm(spec.cache, { recursive: true, force: true });
  };
  const prepare = async (): Promise<void> => {
    if ((await packsIn(spec.cache)) > maxPacks) await discard();
    await mkdir(spec.cache, { recursive: true });
    if (!(await exists(join(spec.cache, 'config')))) await initBare(dir);
  };
  const bring = async (
    ref: string,
    { commit, from }: { readonly commit: string; readonly from: string | null },
    signal: AbortSignal,
  ): Promise<void> => {
    const source = ref === 'HEAD' ? 'refs/heads/main' : ref;
    if (from !== null) await fetchIncrement(host, dir.gitdir, { commit, have: from, limits, signal });
    else await fetchCommit(host, dir, { ref: source, commit, have: haveRef(ref), depth: null, limits, signal });
    await reader().tree(commit);
  };
  /** Brings the commit of a hint that goes on from what is here; null when there is none, or it could not be had. */
  const bringExpected = async (ref: string, from: string | null, signal: AbortSignal): Promise<string | null> => {
    const expected = hint;
    hint = null;
    if (expected === null || expected.before !== from) return null;
    return bring(ref, { commit: expected.after, from }, signal).then(
      () => expected.after,
      () => null,
    );
  };
  const fetchOnce = async (ref: string, signal: AbortSignal): Promise<string | null> => {
    await prepare();
    const here = await reader().resolve(haveRef(ref));
    // Settled together: nothing may still write here when the answer is given.
    const asked = [lookup(ref, signal), bringExpected(ref, here, signal)] as const;
    await Promise.allSettled(asked);
    const [commit, expected] = await Promise.all(asked);
    if (commit === null || commit === here) return commit;
    if (commit !== expected) await bring(ref, { commit, from: here }, signal);
    await writeRef(spec.cache, haveRef(ref), commit);
    return commit;
  };
  return {
    ...lazily(reader),
    lookup,
    discard,
    expect: (push) => (hint = push),
    fetch: async (ref, signal) => {
      try {
        return await fetchOnce(ref, signal);
      } catch (error) {
        if (!isSluiceError(error, 'PACK_INVALID')) throw error;
        await discard();
        return await fetchOnce(ref, signal);
      }
    },
  };
}

/** Our own pointer to what was fetched whole; the library's tracking refs move before their objects are here. */
function haveRef(ref: string): string {
  return `refs/sluice/${ref.replace(/^refs\//, '')}`;
}

/** Each call asks for the reader again, because discarding a cache replaces it. */
function lazily(reader: () => RepoReader): RepoReader {
  return {
    resolve: (ref) => reader().resolve(ref),
    head: () => reader().head(),
    commit: (oid) => reader().commit(oid),
    firstParents: (from, signal) => reader().firstParents(from, signal),
    descends: (commit, ancestor, signal) => reader().descends(commit, ancestor, signal),
    tree: (commit) => reader().tree(commit),
    blob: (oid) => reader().blob(oid),
  };
}

async function followLocal(folder: string): Promise<Repo> {
  const repo = await requireLocal(folder);
  const lookup = (ref: string) => repo.resolve(ref);
  return { ...repo, lookup, fetch: lookup, expect: () => undefined, discard: () => Promise.resolve() };
}

async function requireLocal(folder: string): Promise<LocalRepo> {
  const repo = await openLocal(folder);
  if (repo === null) throw new SluiceError('NOT_FOUND', 'there is no Git repository here', { path: folder });
  return repo;
}

async function openLocal(dir: string): Promise<LocalRepo | null> {
  const found = await findFolders(dir);
  if (found === null) return null;
  const { folders, workTree } = found;
  // Packs may be replaced under our feet (git gc), so nothing is remembered from one question to the next.
  const reader = () => createReader({ fs: nodeFs, gitdir: folders.common, cache: {} }, folders);
  const cached = createReader({ fs: nodeFs, gitdir: folders.common, cache: {} }, folders);
  return {
    ...lazily(reader),
    commit: (oid) => cached.commit(oid),
    firstParents: (from, signal) => cached.firstParents(from, signal),
    descends: (commit, ancestor, signal) => cached.descends(commit, ancestor, signal),
    tree: (commit) => cached.tree(commit),
    blob: (oid) => cached.blob(oid),
    workTree,
    isIgnored: (path) => (workTree === null ? Promise.resolve(false) : isIgnored(nodeFs, workTree, path)),
  };
}

async function findFolders(dir: string): Promise<{ folders: GitFolders; workTree: string | null } | null> {
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

function remoteSource(host: GitHost, limits: FetchLimits): RefSource {
  let v2: boolean | null = null;
  const fetched = async (ref: string, commit: string, signal: AbortSignal): Promise<RepoFiles> => {
    // One commit in memory: nothing can be left behind half-written, and nothing can grow.
    const dir: GitDir = { fs: createMemoryFs(), gitdir: '/repo', cache: {} };
    await initBare(dir);
    await fetchCommit(host, dir, { ref, commit, have: 'refs/sluice/none', depth: 1, limits, signal });
    return plainFiles(dir, commit);
  };
  return {
    lookup: async (refs, signal) => {
      const found = await lookupRefs(host, refs, { v2, signal });
      v2 = found.v2;
      return found.refs;
    },
    files: async (ref, commit, signal) => {
      try {
        return await fetched(ref, commit, signal);
      } catch (error) {
        if (!isSluiceError(error, 'PACK_INVALID')) throw error;
        return await fetched(ref, commit, signal);
      }
    },
  };
}

function localSource(folder: string): RefSource {
  return {
    lookup: async (refs) => {
      const repo = await requireLocal(folder);
      const pairs = await Promise.all(refs.map(async (ref) => [ref, await repo.resolve(ref)] as const));
      return new Map(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null));
    },
    files: async (_ref, commit) => {
      const found = await findFolders(folder);
      if (found === null) throw new SluiceError('NOT_FOUND', 'there is no Git repository here', { path: folder });
      return plainFiles({ fs: nodeFs, gitdir: found.folders.common, cache: {} }, commit);
    },
  };
}

async function plainFiles(dir: GitDir, commit: string): Promise<RepoFiles> {
  const { files, others } = await readTree(dir, commit);
  const [other] = others;
  if (other !== undefined)
    throw new SluiceError('PACK_INVALID', `a channel has no ${other.kind}`, { subject: other.path });
  return {
    paths: new Set(files.keys()),
    read: async (path) => {
      const oid = files.get(path);
      return oid === undefined ? null : await readObject(dir, oid, 'blob');
    },
  };
}

async function packsIn(cache: string): Promise<number> {
  const names = await readdir(join(cache, 'objects', 'pack')).catch(() => []);
  return names.filter((name) => name.endsWith('.pack')).length;
}

async function writeRef(gitdir: string, ref: string, commit: string): Promise<void> {
  const path = join(gitdir, ref);
  await mkdir(dirname(path), { recursive: true });
  // What a crash leaves of it is at worst no ref: then all is fetched again.
  await writeFile(`${path}.new`, `${commit}\n`);
  await rename(`${path}.new`, path);
}

async function exists(path: string): Promise<boolean> {
  return (await kindOf(path)) !== null;
}

async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return null;
  }
}
