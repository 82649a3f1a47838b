import { SluiceError } from '../../shared/errors.ts';
import { by } from '../../shared/lib/order.ts';
import { isManifest } from '../model/references.ts';
import type { Problem, Snapshot } from '../model/source.ts';
import type { Entry, Listing } from './listing.ts';
import { parseFile, type ParsedFile } from './parse.ts';
import { referredFiles } from './referred.ts';
import { selector, type Selection } from './select.ts';
import { unreadFile, unreadFiles, unreadOthers, type Unread } from './unread.ts';

/** Most manifests of a repository, and most bytes of them. */
export const loadLimits = { files: 20_000, bytes: 256 * 1024 * 1024 } as const;

/** Builds snapshots one after the other; a file is parsed again only when its content changed since the one before. */
export interface SnapshotBuilder {
  /** Throws SOURCE_EMPTY when there is no manifest at all, LIMIT_EXCEEDED beyond the limits. */
  readonly build: (
    listing: Listing,
    facts: Pick<Snapshot, 'repository' | 'commit' | 'descends' | 'behind' | 'isShallow'>,
    signal: AbortSignal,
  ) => Promise<Snapshot>;
  /** Says against which state the next snapshot tells what changed; null = everything may have. */
  readonly follow: (commit: string, listing: Listing | null) => void;
  /** The commit of that state: the one built last, unless told otherwise. */
  readonly following: () => string | null;
  /** Files that were parsed so far. */
  readonly parsed: () => number;
}

interface Kept {
  readonly path: string;
  readonly file: ParsedFile;
  readonly text: string;
}

interface Before {
  readonly commit: string;
  /** Content and path of every manifest, link and submodule. */
  readonly keys: ReadonlySet<string>;
}

/** Makes a builder that reads what the selection says. */
export function createSnapshotBuilder(selection: Selection): SnapshotBuilder {
  const isWanted = selector(selection);
  let kept: ReadonlyMap<string, Kept> = new Map();
  let before: Before | null = null;
  let parsed = 0;

  const load = async (entry: Entry): Promise<Kept> => {
    const known = kept.get(keyOf(entry));
    if (known !== undefined) return known;
    parsed += 1;
    const bytes = await entry.read();
    return { path: entry.path, file: parseFile(entry.path, bytes), text: new TextDecoder('utf-8').decode(bytes) };
  };

  const loadAll = async (wanted: readonly Entry[], repository: string, signal: AbortSignal) => {
    const next = new Map<string, Kept>();
    let bytes = 0;
    for (const entry of wanted) {
      signal.throwIfAborted();
      const one = await load(entry);
      bytes += one.text.length;
      if (bytes > loadLimits.bytes) throw tooMuch(`more than ${loadLimits.bytes} bytes`, repository);
      next.set(keyOf(entry), one);
    }
    return next;
  };

  return {
    parsed: () => parsed,
    following: () => before?.commit ?? null,
    follow: (commit, listing) => {
      before = listing === null ? null : { commit, keys: keysOf(listing) };
    },
    build: async (listing, facts, signal) => {
      const manifests = listing.entries.filter(({ path }) => isManifest(path));
      const wanted = manifests.filter(({ path }) => isWanted(path)).sort(by(({ path }) => path));
      if (wanted.length === 0) throw empty(facts.repository);
      if (wanted.length > loadLimits.files) throw tooMuch(`${wanted.length} manifests`, facts.repository);
      const next = await loadAll(wanted, facts.repository, signal);
      const changed = changedSince(before?.keys ?? null, listing);
      // What this snapshot does not use is forgotten: the memory is that of one state of the repository.
      kept = next;
      before = { commit: facts.commit, keys: keysOf(listing) };
      const isNew = (path: string): boolean => changed.has(path);
      const others = await unreadOthers(listing, selection, isNew);
      const content = await contentOf(manifests, { next, others, isWanted, isNew });
      const problems = facts.isShallow === true ? [shallow, ...content.problems] : content.problems;
      return { ...facts, changed, ...content, problems };
    },
  };
}

interface Parts {
  readonly next: ReadonlyMap<string, Kept>;
  readonly others: Unread;
  readonly isWanted: (path: string) => boolean;
  readonly isNew: (path: string) => boolean;
}

async function contentOf(manifests: readonly Entry[], { next, others, isWanted, isNew }: Parts) {
  const files = [...next.values()];
  const documents = files.flatMap(({ file }) => file.documents);
  const skipped = files.flatMap(({ file }) => file.skipped);
  const referred = await referredFiles(documents, manifests, (entry) => next.get(keyOf(entry)));
  return {
    documents,
    broken: files.flatMap(({ file: { broken } }) => (broken === null ? [] : [broken])),
    files: referred.files,
    ignored: skipped.length,
    skipped,
    unread: [
      ...unreadFiles(files, isNew),
      ...others.paths,
      ...referred.broken.map((broken) => unreadFile(broken, isNew)),
    ],
    read: new Set(files.filter(({ file }) => file.broken === null).map(({ path }) => path)),
    unselected: new Set(manifests.filter(({ path }) => !isWanted(path)).map(({ path }) => path)),
    problems: [...others.problems, ...referred.broken.map(({ problem }) => problem)],
  };
}

function keyOf({ oid, path }: Pick<Entry, 'oid' | 'path'>): string {
  return `${oid} ${path}`;
}

function keysOf({ entries, others }: Listing): ReadonlySet<string> {
  return new Set([...entries.filter(({ path }) => isManifest(path)), ...others].map(keyOf));
}

function changedSince(before: ReadonlySet<string> | null, { entries, others }: Listing): ReadonlySet<string> {
  const all = [...entries.filter(({ path }) => isManifest(path)), ...others];
  return new Set(all.filter((one) => before?.has(keyOf(one)) !== true).map(({ path }) => path));
}

const shallow: Problem = {
  code: 'SOURCE_UNAVAILABLE',
  message: 'this is a shallow clone: revisions are counted by commits, and the older ones are not here',
  hint: 'fetch all of it (fetch-depth: 0 in GitHub Actions, GIT_DEPTH: 0 in GitLab, or git fetch --unshallow)',
  severity: 'warning',
};

function empty(repository: string): SluiceError {
  return new SluiceError('SOURCE_EMPTY', 'the config repository has no manifests', {
    subject: repository,
    hint: 'nothing is deleted because of this; check the branch and the paths in the configuration',
  });
}

function tooMuch(what: string, repository: string): SluiceError {
  return new SluiceError('LIMIT_EXCEEDED', `the config repository has ${what}`, {
    subject: repository,
    hint: 'say with `paths` and `exclude` in the configuration where its documents are',
  });
}
