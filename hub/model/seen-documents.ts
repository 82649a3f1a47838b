import type { Digest } from '../../shared/lib/canonical.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Place } from './source.ts';

/** A document as it was last seen whole: freezing and deleting are decided against it. */
export interface SeenDocument {
  readonly kind: string;
  readonly key: string;
  readonly place: Place;
  readonly value: unknown;
  /** Missing for another reason than a descending commit that removed it: waits for approval under this digest. */
  readonly missing: Missing | null;
}

/** Since when a document is missing, and the change that deletes it. */
export interface Missing {
  readonly change: Digest;
  /** ISO time. */
  readonly since: string;
  /** Where it may be, in words: something of the commit could not be read. Absent = the history does not say that it was removed. */
  readonly unread?: string;
  /** `Kind namespace/name` of the broken documents that it may have become: it stays until each is in force or gone. */
  readonly successors?: readonly string[];
}

/** The name of a document among all that were seen: `Kind namespace/name`. */
export function seenId({ kind, key }: Pick<SeenDocument, 'kind' | 'key'>): string {
  return `${kind} ${key}`;
}

const byId = oncePerValue(
  (documents: readonly SeenDocument[]) => new Map(documents.toReversed().map((seen) => [seenId(seen), seen] as const)),
);

/** The document of a kind and key among all that were seen; undefined where there is none. */
export function seenDocument(
  documents: readonly SeenDocument[],
  id: Pick<SeenDocument, 'kind' | 'key'>,
): SeenDocument | undefined {
  return byId(documents).get(seenId(id));
}
