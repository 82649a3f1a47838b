import { resolve } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import type { LocalRepo } from '../../shared/ports/repo.ts';
import type { PreviewPorts } from './preview.ts';

/** The places in which a name of Git is looked for, in the order of Git. */
const places = ['refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/', 'refs/remotes/origin/'];

const fewDigits = 4;

/**
 * Which commits of a work tree count as the base: the newest that a name (`main`, `origin/main`, `HEAD~2`, a commit) means, or comes
 * from, and those before it. Null for no name: the state before the newest. Throws USAGE where there is none.
 */
export async function baseOf(
  dir: string,
  rev: string | undefined,
  { repos }: Pick<PreviewPorts, 'repos'>,
  signal: AbortSignal,
): Promise<((commit: string) => boolean) | null> {
  if (rev === undefined) return null;
  const repo = await repos.openLocal(resolve(dir));
  const { commit: tip } = repo === null ? { commit: null } : await repo.head();
  if (repo === null || tip === null) {
    const hint = 'name a Git work tree, and fetch all of it (fetch-depth: 0)';
    throw new SluiceError('USAGE', 'there is no commit before this folder', { subject: dir, hint });
  }
  const own = await firstParents(repo, tip, signal);
  const named = await commitOf(repo, rev, own, signal);
  const at = named === null ? -1 : await meeting(repo, named, own, signal);
  if (at < 0) {
    const hint = 'name a branch, a tag, HEAD~N or a commit that this history comes from (fetch-depth: 0)';
    throw new SluiceError('USAGE', 'this is not a commit that comes before', { subject: rev, hint });
  }
  const before = new Set(own.slice(at));
  return (commit) => before.has(commit);
}

async function firstParents(repo: LocalRepo, from: string, signal: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  for await (const { oid } of repo.firstParents(from, signal)) found.push(oid);
  return found;
}

async function commitOf(
  repo: LocalRepo,
  rev: string,
  own: readonly string[],
  signal: AbortSignal,
): Promise<string | null> {
  const [, name = '', back = '0'] = /^(.*?)(?:~(\d+))?$/.exec(rev) ?? [];
  const start = await startOf(repo, name, own);
  if (start === null || back === '0') return start;
  return (await firstParents(repo, start, signal))[Number(back)] ?? null;
}

async function startOf(repo: LocalRepo, name: string, own: readonly string[]): Promise<string | null> {
  if (name === 'HEAD') return own[0] ?? null;
  for (const place of places) {
    const found = await repo.resolve(place + name);
    if (found !== null) return found;
  }
  if (!/^[0-9a-f]{4,40}$/.test(name) || name.length < fewDigits) return null;
  return own.find((oid) => oid.startsWith(name)) ?? null;
}

/** Where the history of the work tree comes from a commit: at it, or at the newest commit that it goes on from. */
async function meeting(repo: LocalRepo, named: string, own: readonly string[], signal: AbortSignal): Promise<number> {
  for (const [index, oid] of own.entries()) {
    if (oid === named || (await repo.descends(named, oid, signal))) return index;
  }
  return -1;
}
