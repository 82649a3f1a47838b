import { SluiceError } from '../../shared/errors.ts';
import { by } from '../../shared/lib/order.ts';
import { isManifest } from '../model/references.ts';
import { startSlices, unitsOfBytes } from '../../shared/lib/slices.ts';
import type { Problem, Snapshot } from '../model/source.ts';
import type { Entry, Listing } from './listing.ts';
import type { ParsedFile } from './parse.ts';
import { readHere, type FileReader } from './reader.ts';
import { referredFiles } from './referred.ts';
import { selector, type Selection } from './select.ts';
import { unreadFile, unreadFiles, unreadOthers, type Unread } from './unread.ts';

/** Most manifests of a repository, most bytes of them (aliases written out), and most documents in them. */
export const loadLimits = { files: 20_000, bytes: 64 * 1024 * 1024, documents: 100_000 } as const;

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

/** What stands for a file until it is read. */
const unknown: Kept = { path: '', file: { documents: [], skipped: [], broken: null, leftover: null }, text: '' };

interface Before {
  readonly commit: string;
  /** Content and path of every manifest, link and submodule. */
  readonly keys: ReadonlySet<string>;
}

/** Bytes and files that are read together. */
const batchLimits = { files: 200, bytes: 1024 * 1024 } as const;

/** Makes a builder that reads what the selection says. */
export function createSnapshotBuilder(selection: Selection, reader: FileReader = readHere): SnapshotBuilder {
  const isWanted = selector(selection);
  let kept: ReadonlyMap<string, Kept> = new Map();
  let before: Before | null = null;
  let parsed = 0;

  const load = async (batch: readonly Loaded[], signal: AbortSignal): Promise<Kept[]> => {
    parsed += batch.length;
    const files = await reader.read(
      batch.map(({ entry: { path }, bytes }) => ({ path, bytes, all: false })),
      signal,
    );
    return batch.flatMap(({ entry: { path }, bytes }, index) => {
      const file = files[index];
      return file === undefined ? [] : [{ path, file, text: new TextDecoder('utf-8').decode(bytes) }];
    });
  };

  const loadAll = async (wanted: readonly Entry[], repository: string, signal: AbortSignal) => {
    const next = new Map<string, Kept>(wanted.map((entry) => [keyOf(entry), kept.get(keyOf(entry)) ?? unknown]));
    const count = counterOf(repository);
    for (const one of next.values()) if (one !== unknown) count(one);
    const fresh = wanted.filter((entry) => next.get(keyOf(entry)) === unknown);
    for await (const batch of batchesOf(fresh, signal)) {
      for (const [index, one] of (await load(batch, signal)).entries()) {
        count(one);
        const entry = batch[index]?.entry;
        if (entry !== undefined) next.set(keyOf(entry), one);
      }
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
      kept = new Map([...next].filter(([, { file }]) => file.isTried !== true));
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

interface Loaded {
  readonly entry: Entry;
  readonly bytes: Uint8Array;
}

async function* batchesOf(entries: readonly Entry[], signal: AbortSignal): AsyncGenerator<readonly Loaded[]> {
  const slices = startSlices();
  let batch: Loaded[] = [];
  let size = 0;
  for (const entry of entries) {
    signal.throwIfAborted();
    const bytes = await entry.read();
    await slices.spend(unitsOfBytes(bytes.length));
    batch.push({ entry, bytes });
    size += bytes.length;
    if (size < batchLimits.bytes && batch.length < batchLimits.files) continue;
    yield batch;
    [batch, size] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** Counts what a state of the repository has; throws LIMIT_EXCEEDED once that is too much. */
function counterOf(repository: string): (one: Kept) => void {
  let [bytes, documents] = [0, 0];
  return ({ file, text }) => {
    bytes += Math.max(text.length, file.size ?? 0);
    documents += file.documents.length + file.skipped.length;
    if (bytes > loadLimits.bytes) throw tooMuch(`more than ${loadLimits.bytes} bytes of manifests`, repository);
    if (documents > loadLimits.documents) throw tooMuch(`more than ${loadLimits.documents} documents`, repository);
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
