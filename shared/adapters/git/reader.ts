import { join } from 'node:path';
import { isSluiceError, SluiceError } from '../../errors.ts';
import type { RepoCommit, RepoOther, RepoReader, RepoTree } from '../../ports/repo.ts';
import type { GitDir } from './library.ts';
import { gapOf, objectReader, type ReadObject } from './objects.ts';
import { textOf } from './text-of.ts';
import { parseTreeLoosely, walkTree } from '../../lib/git/tree.ts';

/** Where a repository's parts are: a linked work tree has its own HEAD, and shares the rest. */
export interface GitFolders {
  readonly own: string;
  readonly common: string;
}

/** An object that could not be read; `isNamed` where another one that is here names it, so that it must be here, too. */
export interface Unreadable {
  readonly oid: string;
  readonly isNamed: boolean;
}

/** A reader of a repository on disk. `dir.gitdir` is its common folder; `tell` hears of every object that cannot be read. */
export function createReader(
  dir: GitDir,
  folders: GitFolders,
  tell: (one: Unreadable) => void = () => undefined,
): RepoReader {
  const parents = new Set<string>();
  const readAny = objectReader(dir);
  const read: ReadObject = async (oid, type) => {
    try {
      return await readAny(oid, type);
    } catch (error) {
      if (isSluiceError(error, 'PACK_INVALID')) tell({ oid, isNamed: type !== 'commit' || parents.has(oid) });
      throw error;
    }
  };
  const commit = async (oid: string): Promise<RepoCommit> => {
    const found = await readCommit(read, folders, oid);
    for (const parent of found.parents) parents.add(parent);
    return found;
  };
  return {
    resolve: (ref) => resolveRef(folders, ref, 0),
    head: async () => {
      const text = await textOf(join(folders.own, 'HEAD'));
      const ref = text?.startsWith('ref: ') === true ? text.slice(5) : null;
      return { ref, commit: await resolveRef(folders, 'HEAD', 0) };
    },
    commit,
    firstParents: (from, signal) => walkFirstParents(commit, from, signal),
    descends: (from, ancestor, signal) => isAncestor(commit, { from, ancestor, signal }),
    tree: (oid) => filesOf(read, oid),
    blob: (oid) => read(oid, 'blob'),
    gap: () => gapOf(folders.common),
  };
}

/** A reader that is asked for again at each call, because discarding a cache replaces it. */
export function renewing(reader: () => RepoReader): RepoReader {
  return {
    resolve: (ref) => reader().resolve(ref),
    head: () => reader().head(),
    commit: (oid) => reader().commit(oid),
    firstParents: (from, signal) => reader().firstParents(from, signal),
    descends: (commit, ancestor, signal) => reader().descends(commit, ancestor, signal),
    tree: (commit) => reader().tree(commit),
    blob: (oid) => reader().blob(oid),
    gap: () => reader().gap(),
  };
}

async function filesOf(read: ReadObject, commitOid: string): Promise<RepoTree> {
  const { tree } = parseCommit(commitOid, await read(commitOid, 'commit'));
  const entries = await walkTree(tree, async (oid) => parseTreeLoosely(await read(oid, 'tree'), oid));
  const files = new Map<string, string>();
  const others: RepoOther[] = [];
  for (const { kind, path, oid, odd, root } of entries) {
    if (odd !== undefined) others.push({ path, kind: 'odd', oid, odd: { why: odd, root: root ?? path } });
    else if (kind === 'symlink' || kind === 'submodule') others.push({ path, kind, oid });
    else files.set(path, oid);
  }
  return { files, others };
}

/** The tree of a commit's bytes; throws PACK_INVALID where it has none. */
export function treeOf(oid: string, bytes: Uint8Array): string {
  return parseCommit(oid, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).tree;
}

async function readCommit(read: ReadObject, folders: GitFolders, oid: string): Promise<RepoCommit> {
  const commit = parseCommit(oid, await read(oid, 'commit'));
  const shallow = await textOf(join(folders.common, 'shallow'));
  return shallow?.split('\n').includes(oid) === true ? { ...commit, parents: [] } : commit;
}

function parseCommit(oid: string, bytes: Buffer): RepoCommit {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\n\n');
  const header = (end < 0 ? text : text.slice(0, end)).split('\n');
  const values = (key: string) =>
    header.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const [tree] = values('tree');
  if (tree === undefined || !/^[0-9a-f]{40}$/.test(tree)) {
    throw new SluiceError('PACK_INVALID', 'a commit without a tree', { subject: oid });
  }
  const seconds = / (\d+) [+-]\d{4}$/.exec(values('committer')[0] ?? '')?.[1] ?? '0';
  const message = end < 0 ? '' : text.slice(end + 2);
  return { oid, tree, parents: values('parent'), committedAt: Number(seconds) * 1000, message };
}

async function* walkFirstParents(
  read: (oid: string) => Promise<RepoCommit>,
  from: string,
  signal: AbortSignal,
): AsyncGenerator<RepoCommit> {
  let next: string | undefined = from;
  while (next !== undefined) {
    signal.throwIfAborted();
    const commit = await read(next);
    yield commit;
    next = commit.parents[0];
  }
}

async function isAncestor(
  read: (oid: string) => Promise<RepoCommit>,
  ask: { readonly from: string; readonly ancestor: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const seen = new Set<string>([ask.from]);
  const queue = [ask.from];
  for (let oid = queue.shift(); oid !== undefined; oid = queue.shift()) {
    if (oid === ask.ancestor) return true;
    ask.signal.throwIfAborted();
    const fresh = (await read(oid)).parents.filter((parent) => !seen.has(parent));
    for (const parent of fresh) seen.add(parent);
    queue.push(...fresh);
  }
  return false;
}

/** A loose ref wins over a packed one; symbolic refs are followed a few times. */
async function resolveRef(folders: GitFolders, ref: string, hops: number): Promise<string | null> {
  if (hops > 5 || (ref !== 'HEAD' && !isRefName(ref))) return null;
  const loose = await textOf(join(ref === 'HEAD' ? folders.own : folders.common, ref));
  if (loose === null || loose === '') return packedRef(folders, ref);
  if (loose.startsWith('ref: ')) return resolveRef(folders, loose.slice(5), hops + 1);
  if (/^[0-9a-f]{40}$/.test(loose)) return loose;
  throw new SluiceError('PACK_INVALID', 'a ref cannot be read', { subject: ref });
}

async function packedRef(folders: GitFolders, ref: string): Promise<string | null> {
  const packed = (await textOf(join(folders.common, 'packed-refs'))) ?? '';
  const line = packed.split('\n').find((entry) => entry.slice(41) === ref);
  return line === undefined ? null : line.slice(0, 40);
}

/** A full ref name that cannot leave the refs folder. */
function isRefName(ref: string): boolean {
  return ref.startsWith('refs/') && ref.split('/').every((part) => part !== '' && !part.startsWith('.'));
}
