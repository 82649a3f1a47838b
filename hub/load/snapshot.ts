import { SluiceError } from '../../shared/errors.ts';
import { by } from '../../shared/lib/order.ts';
import type { Problem, RawDocument, Snapshot } from '../model/source.ts';
import { parseFile, type ParsedFile } from './parse.ts';
import { isManifest, referenceMatcher, referencesOf, type FileReferences } from '../model/references.ts';
import { selector, type Selection } from './select.ts';

/** A file of a commit or folder: `oid` names its content. */
export interface Entry {
  readonly path: string;
  readonly oid: string;
  readonly read: () => Promise<Uint8Array>;
}

/** All files of one state of the repository, and the symbolic links and submodules that are not followed. */
export interface Listing {
  readonly entries: readonly Entry[];
  readonly others: readonly { readonly path: string; readonly kind: 'symlink' | 'submodule' }[];
}

/** Most manifests of a repository, and most bytes of them. */
export const loadLimits = { files: 20_000, bytes: 256 * 1024 * 1024 } as const;

/** Builds snapshots one after the other; a file is parsed again only when its content changed since the one before. */
export interface SnapshotBuilder {
  /** Throws SOURCE_EMPTY when there is no manifest at all, LIMIT_EXCEEDED beyond the limits. */
  readonly build: (
    listing: Listing,
    facts: Pick<Snapshot, 'repository' | 'commit' | 'descends' | 'behind'>,
    signal: AbortSignal,
  ) => Promise<Snapshot>;
  /** Files that were parsed so far. */
  readonly parsed: () => number;
}

interface Kept {
  readonly file: ParsedFile;
  readonly text: string;
}

/** Makes a builder that reads what the selection says. */
export function createSnapshotBuilder(selection: Selection): SnapshotBuilder {
  const isWanted = selector(selection);
  let kept: ReadonlyMap<string, Kept> = new Map();
  let parsed = 0;

  const load = async (entry: Entry): Promise<Kept> => {
    const before = kept.get(keyOf(entry));
    if (before !== undefined) return before;
    parsed += 1;
    const bytes = await entry.read();
    return { file: parseFile(entry.path, bytes), text: new TextDecoder('utf-8').decode(bytes) };
  };

  return {
    parsed: () => parsed,
    build: async ({ entries, others }, facts, signal) => {
      const wanted = entries.filter(({ path }) => isWanted(path)).sort(by(({ path }) => path));
      if (wanted.length === 0) throw empty(facts.repository);
      if (wanted.length > loadLimits.files) throw tooMuch(`${wanted.length} manifests`, facts.repository);
      const next = new Map<string, Kept>();
      let bytes = 0;
      for (const entry of wanted) {
        signal.throwIfAborted();
        const one = await load(entry);
        bytes += one.text.length;
        if (bytes > loadLimits.bytes) throw tooMuch(`more than ${loadLimits.bytes} bytes`, facts.repository);
        next.set(keyOf(entry), one);
      }
      // What this snapshot does not use is forgotten: the memory is that of one state of the repository.
      kept = next;
      const files = [...next.values()].map(({ file }) => file);
      const documents = files.flatMap((file) => file.documents);
      return {
        ...facts,
        documents,
        broken: files.flatMap(({ broken }) => (broken === null ? [] : [broken])),
        files: await referredFiles(documents, entries, (entry) => next.get(keyOf(entry))?.text),
        ignored: files.reduce((sum, { ignored }) => sum + ignored, 0),
        problems: others.filter(({ path }) => isWanted(path)).map(notFollowed),
      };
    },
  };
}

function keyOf({ oid, path }: Entry): string {
  return `${oid} ${path}`;
}

/** The text of every file that a component names with `properties.path` or `properties.glob`. */
async function referredFiles(
  documents: readonly RawDocument[],
  entries: readonly Entry[],
  known: (entry: Entry) => string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const matchers = distinct(documents.flatMap(({ value }) => references(value))).map(referenceMatcher);
  const files = new Map<string, string>();
  if (matchers.length === 0) return files;
  for (const entry of entries) {
    if (!isManifest(entry.path) || !matchers.some((names) => names(entry.path))) continue;
    files.set(entry.path, known(entry) ?? new TextDecoder('utf-8').decode(await entry.read()));
  }
  return files;
}

function references(document: unknown): FileReferences[] {
  const components = member(member(document, 'spec'), 'components');
  if (!Array.isArray(components)) return [];
  return components.map((component) => referencesOf(member(component, 'properties')));
}

function distinct(found: readonly FileReferences[]): FileReferences[] {
  const wanted = found.filter(({ path, glob }) => path !== undefined || glob !== undefined);
  return [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()];
}

function member(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function notFollowed({ path, kind }: Listing['others'][number]): Problem {
  return {
    code: 'FILE_UNREADABLE',
    message: kind === 'symlink' ? 'a symbolic link is not followed' : 'a submodule is not read',
    place: { path, line: 1, column: 1 },
    hint: 'put the file itself there',
    severity: 'warning',
  };
}

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
