import type { Fleet, UnreadDocument } from '../model/fleet.ts';
import { seenId, type SeenDocument } from '../model/seen-documents.ts';
import type { Problem, Snapshot, UnreadPath } from '../model/source.ts';

/** What is known of a commit beside its documents. */
export type ReadFacts = Pick<Snapshot, 'unread' | 'read' | 'unselected' | 'changed'>;

/** Something of a commit that could not be read, and what may have gone into it. */
export interface UnreadItem extends Pick<UnreadPath, 'path' | 'reach' | 'isNew'> {
  /** In words: `shop.yaml is a symbolic link`. */
  readonly words: string;
  /** True where an error of its own tells it already. */
  readonly isTold: boolean;
}

/** Answers what may have what is missing. */
export interface UnreadLookup {
  /** The item that a document may have gone into, or that stands where it was last seen; null when it was removed. */
  readonly hides: (seen: Pick<SeenDocument, 'place' | 'missing'>) => UnreadItem | null;
}

/**
 * Not read is not removed: a document that is missing was removed only when its file is there, readable and without it, or
 * when its file is gone from a commit that can be read as a whole. Pure.
 */
export function unreadLookup(
  facts: ReadFacts,
  documents: readonly UnreadDocument[],
  seen: readonly SeenDocument[],
): UnreadLookup {
  const items = [...pathItems(facts), ...documentItems(facts, documents, seen)];
  const byPath = new Map(items.toReversed().map((item) => [item.path, item]));
  const isGone = (path: string): boolean => facts.read?.has(path) !== true;
  const everywhere = items.find(({ reach }) => reach === 'all');
  const fresh = items.find(({ reach, isNew }) => reach !== 'own' && isNew);
  const lasting = items.find(({ reach }) => reach !== 'own');
  return {
    hides: ({ place: { path }, missing }) => {
      if (facts.unselected?.has(path) === true) return unselected(path);
      const own = withParents(path).find((candidate) => byPath.has(candidate));
      if (own !== undefined) return byPath.get(own) ?? null;
      if (fresh !== undefined) return fresh;
      if (isGone(path) && everywhere !== undefined) return everywhere;
      return missing?.unread === undefined ? null : (lasting ?? null);
    },
  };
}

function pathItems({ unread = [] }: ReadFacts): UnreadItem[] {
  return unread.map(({ path, what, reach, isNew }) => ({
    path,
    words: `${path} is ${what}`,
    reach,
    isNew,
    isTold: reach === 'all',
  }));
}

// A document whose name was seen before is that one; any other may be a missing one under a name that is cut. What a document
// whose shape is sound may have been is another question (`successors.ts`).
function documentItems(
  { changed }: ReadFacts,
  documents: readonly UnreadDocument[],
  seen: readonly SeenDocument[],
): UnreadItem[] {
  const known = new Set(seen.map(seenId));
  return documents
    .filter(({ id, digest }) => digest === undefined && (id === null || !known.has(id)))
    .map(({ place: { path, line } }) => ({
      path,
      words: `${path}:${line} cannot be read`,
      reach: 'all',
      isNew: changed?.has(path) !== false,
      isTold: true,
    }));
}

function unselected(path: string): UnreadItem {
  const words = `\`paths\` and \`exclude\` leave ${path} out`;
  return { path, words, reach: 'own', isNew: false, isTold: true };
}

/** A path and every folder above it, the nearest first. */
function withParents(path: string): string[] {
  const paths = [path];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) paths.push(path.slice(0, end));
  return paths;
}

/** What hides a file that the newest revision of a present application pins, and that gives it nothing any more. */
export function hiddenFile(
  lookup: UnreadLookup,
  seen: SeenDocument,
  files: {
    readonly pinned: Readonly<Record<string, string>>;
    readonly isNamed: (path: string) => boolean;
    readonly now: Fleet['files'];
  },
): UnreadItem | null {
  for (const [path, text] of Object.entries(files.pinned)) {
    if (!files.isNamed(path) || isBlank(text)) continue;
    const now = files.now.get(path);
    if (now !== undefined && isBlank(now))
      return { path, words: `${path} is empty`, reach: 'own', isNew: true, isTold: false };
    const item =
      now === undefined ? lookup.hides({ place: { path, line: 1, column: 1 }, missing: seen.missing }) : null;
    if (item !== null) return item;
  }
  return null;
}

/** True for a text without any document in it. */
function isBlank(text: string): boolean {
  return text.split(/\r\n|\n|\r/).every((line) => /^\ufeff?(?:\s*(?:#.*)?|(?:---|\.\.\.)\s*(?:#.*)?)$/.test(line));
}

/** An error for everything that hides documents and is not told yet: each once, with what was seen in it. */
export function unreadProblems(
  hidden: readonly { readonly seen: SeenDocument; readonly item: UnreadItem }[],
): Problem[] {
  const groups = Map.groupBy(
    hidden.filter(({ item }) => !item.isTold),
    ({ item }) => item.words,
  );
  return [...groups].map(([words, [first, ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return {
      code: 'FILE_UNREADABLE',
      message: `${words}, and ${first === undefined ? 'documents' : seenId(first.seen)}${more} may be in it: nothing of it is deleted`,
      place: { path: first?.item.path ?? '', line: 1, column: 1 },
      hint: 'put the manifest itself there; to delete what was in it, remove the file, or approve the change',
      severity: 'error',
    };
  });
}
