import { resolve } from 'node:path';
import { isSluiceError, type SluiceError } from '../../shared/errors.ts';
import type { LocalRepo, Repos } from '../../shared/ports/repo.ts';
import type { Problem, Snapshot } from '../model/source.ts';
import { listCommit, listFolder, wholeFolder, type Entry, type Listing } from './listing.ts';
import { pointerOf } from './pointers.ts';
import { everything, selector, type Selection } from './select.ts';
import { createSnapshotBuilder, type SnapshotBuilder } from './snapshot.ts';

export interface HistoryPorts {
  readonly repos: Pick<Repos, 'openLocal'>;
  readonly selection?: Selection;
}

/**
 * What a preview looks at: of a Git work tree all first-parent commits that have manifests, oldest first, then the
 * uncommitted state when it differs; of a plain folder its content now, and so, with a warning, of a clone that cannot be read
 * although its remote can: how it keeps refs is its own. Throws SOURCE_EMPTY when there is nothing.
 */
export async function* readHistory(
  dir: string,
  { repos, selection = everything }: HistoryPorts,
  signal: AbortSignal,
): AsyncGenerator<Snapshot> {
  const folder = resolve(dir);
  const builder = createSnapshotBuilder(selection);
  const opened = await repos.openLocal(folder).catch(unreadable);
  const repo = isSluiceError(opened) ? null : opened;
  const { commit: tip } = repo === null ? { commit: null } : await repo.head();
  if (repo === null || tip === null) {
    yield await withoutCommits(builder, folder, { opened, signal });
    return;
  }
  const commits: string[] = [];
  for await (const { oid } of repo.firstParents(tip, signal)) commits.unshift(oid);
  const uncommitted = await uncommittedState(repo, tip, { selection, signal });
  const isRead = selector(selection);
  const isShallow = (await repo.gap()) === 'shallow';
  for (const [index, commit] of commits.entries()) {
    const listing = await listCommit(repo, commit);
    const behind = commits.length - 1 - index + (uncommitted === null ? 0 : 1);
    // A commit without manifests (a first README, say) is not a state to process, unless it is all there is.
    if (behind > 0 && !listing.entries.some(({ path }) => isRead(path))) continue;
    yield await builder.build(listing, { repository: folder, commit, descends: true, behind, isShallow }, signal);
  }
  if (uncommitted !== null)
    yield await builder.build(uncommitted, { ...plain(folder), descends: true, isShallow }, signal);
}

/** The error of a clone whose own format cannot be read; throws all else: the names of objects are those of its remote, too. */
function unreadable(error: unknown): SluiceError {
  const extension = isSluiceError(error, 'SOURCE_UNAVAILABLE') ? error.data.facts?.['extension'] : undefined;
  if (extension === undefined || extension === 'objectformat') throw error;
  return error as SluiceError;
}

/** A folder as it is now; of a clone that cannot be read some revisions may be in its commits alone. */
async function withoutCommits(
  builder: SnapshotBuilder,
  folder: string,
  { opened, signal }: { readonly opened: LocalRepo | SluiceError | null; readonly signal: AbortSignal },
): Promise<Snapshot> {
  const listing = await listFolder(folder, wholeFolder, signal);
  const built = builder.build(listing, plain(folder), signal);
  if (!isSluiceError(opened)) return built;
  const snapshot = await built.catch((error: unknown) => {
    // A bare one has no files beside its commits.
    throw isSluiceError(error, 'SOURCE_EMPTY') ? opened : error;
  });
  return { ...snapshot, isShallow: true, problems: [unreadWarning(opened), ...snapshot.problems] };
}

function unreadWarning({ code, message, data }: SluiceError): Problem {
  const what = `${message}: its files are read as those of a plain folder, without commits and with what Git ignores`;
  return { code, severity: 'warning', message: what, ...(data.hint !== undefined && { hint: data.hint }) };
}

/** Answers the content of a plain folder, and null for as long as it stays the same. */
export function createFolderReader(dir: string, builder: SnapshotBuilder, isRead: (path: string) => boolean) {
  let last: string | null = null;
  return async (signal: AbortSignal): Promise<Snapshot | null> => {
    const listing = await listFolder(dir, wholeFolder, signal);
    const state = stateOf(listing, isRead);
    if (state === last) return null;
    const snapshot = await builder.build(listing, plain(dir), signal);
    last = state;
    return snapshot;
  };
}

async function uncommittedState(
  repo: LocalRepo,
  tip: string,
  { selection, signal }: { readonly selection: Selection; readonly signal: AbortSignal },
): Promise<Listing | null> {
  if (repo.workTree === null) return null;
  const committed = await listCommit(repo, tip);
  const known = new Set(committed.entries.map(({ path }) => path));
  const submodules = committed.others.filter(({ kind }) => kind === 'submodule');
  const isKnownSubmodule = new Set(submodules.map(({ path }) => path));
  const rules = {
    skip: async (path: string) => !known.has(path) && (await repo.isIgnored(path)),
    // What lies in a repository of its own never comes into a commit of this one.
    isSubmodule: (path: string, names: readonly string[]) => isKnownSubmodule.has(path) || names.includes('.git'),
  };
  const { entries, others } = await listFolder(repo.workTree, rules, signal);
  // A submodule that was not checked out has no folder here, and will still be in the next commit.
  const here = new Set(others.map(({ path }) => path));
  const listing = {
    entries: await withoutSmudge(entries, committed.entries),
    others: [...others, ...submodules.filter(({ path }) => !here.has(path))],
  };
  const isRead = selector(selection);
  return stateOf(listing, isRead) === stateOf(committed, isRead) ? null : listing;
}

// Git LFS and its like put files into the work tree whose commits have pointers: the next commit will have one again.
async function withoutSmudge(entries: readonly Entry[], committed: readonly Entry[]): Promise<Entry[]> {
  const known = new Map(committed.map((entry) => [entry.path, entry]));
  return Promise.all(
    entries.map(async (entry) => {
      const before = known.get(entry.path);
      if (before === undefined || before.oid === entry.oid) return entry;
      return pointerOf(await before.read()) === null ? entry : before;
    }),
  );
}

function stateOf({ entries }: Listing, isRead: (path: string) => boolean): string {
  const wanted = entries.filter(({ path }) => isRead(path)).map(({ path, oid }) => `${oid} ${path}`);
  return wanted.sort().join('\n');
}

function plain(repository: string): Pick<Snapshot, 'repository' | 'commit' | 'descends'> {
  return { repository, commit: '', descends: false };
}
