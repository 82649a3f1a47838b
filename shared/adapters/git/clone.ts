import * as nodeFs from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSluiceError } from '../../errors.ts';
import type { PushHint, Repo, RepoReader } from '../../ports/repo.ts';
import { fetchIncrement } from './increment.ts';
import { fetchCommit, initBare, type FetchLimits, type GitDir } from './library.ts';
import { kindOf } from './kind-of.ts';
import { createReader, renewing } from './reader.ts';
import { lookupRefs, type GitHost } from './refs.ts';

/** Clones with more packs than this are made anew: nothing here repacks. */
const maxPacks = 64;

interface Clone {
  readonly host: GitHost;
  readonly folder: string;
  readonly limits: FetchLimits;
  dir: GitDir;
  /** Whether the host speaks protocol v2; null = not asked yet. */
  v2: boolean | null;
  hint: PushHint | null;
  /** False until what an earlier process left here was found whole. */
  isWhole: boolean;
  /** An object that must be here, and that could not be read; null = none. */
  damaged: string | null;
  /** The commit that was fetched last, and the objects for which all of it was fetched again. */
  tip: { readonly commit: string; readonly mended: Set<string> } | null;
}

/** A repository of a Git host with a clone in a folder. A damaged clone is fetched again. */
export function openClone(host: GitHost, folder: string, limits: FetchLimits): Repo {
  const dir = { fs: nodeFs, gitdir: folder, cache: {} };
  const known = { isWhole: false, damaged: null, tip: null };
  const clone: Clone = { host, folder, limits, dir, v2: null, hint: null, ...known };
  return {
    ...renewing(() => readerOf(clone)),
    lookup: (ref, signal) => lookup(clone, ref, signal),
    discard: () => discard(clone),
    expect: (push) => (clone.hint = push),
    fetch: async (ref, signal) => {
      try {
        return await fetchOnce(clone, ref, signal);
      } catch (error) {
        if (!isSluiceError(error, 'PACK_INVALID')) throw error;
        await discard(clone);
        return await fetchOnce(clone, ref, signal);
      }
    },
  };
}

function readerOf(clone: Clone): RepoReader {
  const { dir, folder } = clone;
  return createReader(dir, { own: folder, common: folder }, ({ oid, isNamed }) => {
    if (isNamed || oid === clone.tip?.commit) clone.damaged ??= oid;
  });
}

// Once for each object of a commit: where it is missing again, the next commit may bring it.
async function mend(clone: Clone): Promise<void> {
  const { damaged, tip } = clone;
  if (damaged === null || tip?.mended.has(damaged) === true) return;
  tip?.mended.add(damaged);
  await discard(clone);
}

async function lookup(clone: Clone, ref: string, signal: AbortSignal): Promise<string | null> {
  const found = await lookupRefs(clone.host, [ref], { v2: clone.v2, signal });
  clone.v2 = found.v2;
  return found.refs.get(ref) ?? null;
}

async function fetchOnce(clone: Clone, ref: string, signal: AbortSignal): Promise<string | null> {
  await mend(clone);
  const commit = await bringHere(clone, ref, signal);
  if (commit !== null && commit !== clone.tip?.commit) clone.tip = { commit, mended: new Set() };
  return commit;
}

async function bringHere(clone: Clone, ref: string, signal: AbortSignal): Promise<string | null> {
  await prepare(clone);
  const here = await readerOf(clone).resolve(haveRef(ref));
  // What comes builds on what is here, and would not show that it is damaged.
  if (here !== null && !clone.isWhole) await readerOf(clone).tree(here);
  clone.isWhole = true;
  // Settled together: nothing may still write here when the answer is given.
  const asked = [lookup(clone, ref, signal), fetchExpected(clone, { ref, from: here }, signal)] as const;
  await Promise.allSettled(asked);
  const [commit, expected] = await Promise.all(asked);
  if (commit === null || commit === here) return commit;
  if (clone.damaged !== null) {
    await discard(clone);
    return bringHere(clone, ref, signal);
  }
  if (commit !== expected) await fetchInto(clone, { ref, commit, from: here }, signal);
  await writeRef(clone.folder, haveRef(ref), commit);
  return commit;
}

/** Fetches the commit of a hint that builds on the commit here; null without such a hint, or when the fetch failed. */
async function fetchExpected(
  clone: Clone,
  { ref, from }: { readonly ref: string; readonly from: string | null },
  signal: AbortSignal,
): Promise<string | null> {
  const expected = clone.hint;
  clone.hint = null;
  if (expected === null || expected.before !== from) return null;
  return fetchInto(clone, { ref, commit: expected.after, from }, signal).then(
    () => expected.after,
    () => null,
  );
}

interface Order {
  readonly ref: string;
  readonly commit: string;
  /** The commit whose history is here; null for a first fetch. */
  readonly from: string | null;
}

async function fetchInto(clone: Clone, { ref, commit, from }: Order, signal: AbortSignal): Promise<void> {
  const { host, dir, limits } = clone;
  const source = ref === 'HEAD' ? 'refs/heads/main' : ref;
  if (from !== null) await fetchIncrement(host, dir.gitdir, { commit, have: from, limits, signal });
  else await fetchCommit(host, dir, { ref: source, commit, have: haveRef(ref), depth: null, limits, signal });
  await readerOf(clone).tree(commit);
}

async function prepare(clone: Clone): Promise<void> {
  if ((await packsIn(clone.folder)) > maxPacks) await discard(clone);
  await mkdir(clone.folder, { recursive: true });
  if ((await kindOf(join(clone.folder, 'config'))) === null) await initBare(clone.dir);
}

async function discard(clone: Clone): Promise<void> {
  clone.dir = { ...clone.dir, cache: {} };
  [clone.isWhole, clone.damaged] = [false, null];
  await rm(clone.folder, { recursive: true, force: true });
}

/** Our own ref of the commit that was fetched whole; the library's tracking refs move before their objects are here. */
function haveRef(ref: string): string {
  return `refs/sluice/${ref.replace(/^refs\//, '')}`;
}

async function packsIn(cache: string): Promise<number> {
  const names = await readdir(join(cache, 'objects', 'pack')).catch(() => []);
  return names.filter((name) => name.endsWith('.pack')).length;
}

async function writeRef(gitdir: string, ref: string, commit: string): Promise<void> {
  const path = join(gitdir, ref);
  await mkdir(dirname(path), { recursive: true });
  // A crash leaves at worst no ref: then everything is fetched again.
  await writeFile(`${path}.new`, `${commit}\n`);
  await rename(`${path}.new`, path);
}
