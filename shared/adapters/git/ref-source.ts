import * as nodeFs from 'node:fs';
import { isSluiceError, SluiceError } from '../../errors.ts';
import type { ObjectType, Oid } from '../../lib/git/object.ts';
import { fileFinder } from '../../lib/git/tree.ts';
import type { FilesOptions, RefSource, RepoFiles } from '../../ports/repo.ts';
import { fetchPacked } from './fetch-pack.ts';
import { readObject, type FetchLimits } from './library.ts';
import { findFolders, requireLocal } from './local.ts';
import { createPackChecker } from './pack-checker.ts';
import { treeOf } from './reader.ts';
import { lookupRefs, type GitHost } from './refs.ts';

/** The refs of a Git host; each commit is fetched without its history, into memory. */
export function remoteSource(host: GitHost, { http, pack }: FetchLimits): RefSource {
  let v2: boolean | null = null;
  const fetched = async (commit: Oid, { limits, signal }: FilesOptions): Promise<RepoFiles> => {
    const within = {
      http: { ...http, maxBytes: Math.min(http.maxBytes, limits.wireBytes) },
      pack: { ...pack, inflatedBytes: limits.inflatedBytes, objects: limits.objects },
    };
    const order = { wants: [commit], haves: [], depth: 1 } as const;
    const objects = new Map((await fetchPacked(host, order, signal, within)).map((object) => [object.oid, object]));
    return filesOf(commit, (oid, type) => {
      const object = objects.get(oid);
      if (object?.type === type) return Promise.resolve(object.read());
      return Promise.reject(new SluiceError('PACK_INVALID', `the pack lacks a ${type}`, { subject: oid }));
    });
  };
  return {
    lookup: async (refs, signal) => {
      const found = await lookupRefs(host, refs, { v2, signal });
      v2 = found.v2;
      return found.refs;
    },
    files: async (_ref, commit, options) => {
      try {
        return await fetched(commit, options);
      } catch (error) {
        if (!isSluiceError(error, 'PACK_INVALID')) throw error;
        return await fetched(commit, options);
      }
    },
  };
}

/** The refs of a repository of this machine; packs that pass the limits of a fetch are not read. */
export function localSource(folder: string, limits: FetchLimits): RefSource {
  const checkPacks = createPackChecker(limits);
  return {
    lookup: async (refs) => {
      const repo = await requireLocal(folder);
      const pairs = await Promise.all(refs.map(async (ref) => [ref, await repo.resolve(ref)] as const));
      return new Map(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null));
    },
    files: async (_ref, commit) => {
      const found = await findFolders(folder);
      if (found === null) throw new SluiceError('NOT_FOUND', 'there is no Git repository here', { path: folder });
      await checkPacks(found.folders.common);
      const dir = { fs: nodeFs, gitdir: found.folders.common, cache: {} };
      return filesOf(commit, (oid, type) => readObject(dir, oid, type));
    },
  };
}

type ReadBody = (oid: Oid, type: ObjectType) => Promise<Uint8Array>;

async function filesOf(commit: Oid, read: ReadBody): Promise<RepoFiles> {
  const find = fileFinder(treeOf(commit, await read(commit, 'commit')), (oid) => read(oid, 'tree'));
  return {
    read: async (path) => {
      const oid = await find(path);
      return oid === null ? null : read(oid, 'blob');
    },
  };
}
