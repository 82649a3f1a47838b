import * as nodeFs from 'node:fs';
import { isSluiceError, SluiceError } from '../../errors.ts';
import type { RefSource, RepoFiles } from '../../ports/repo.ts';
import { fetchCommit, initBare, readObject, type FetchLimits, type GitDir } from './library.ts';
import { findFolders, requireLocal } from './local.ts';
import { createMemoryFs } from './memory-fs.ts';
import { readTree } from './reader.ts';
import { lookupRefs, type GitHost } from './refs.ts';

/** The refs of a Git host; each commit is fetched without its history, into memory. */
export function remoteSource(host: GitHost, limits: FetchLimits): RefSource {
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

/** The refs of a repository of this machine. */
export function localSource(folder: string): RefSource {
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
