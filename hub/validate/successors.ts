import type { Digest } from '../../shared/lib/canonical.ts';
import type { UnreadDocument } from '../model/fleet.ts';
import { seenId, type SeenDocument } from '../model/seen-documents.ts';

/** What was there before a push: the documents in force, and which ones were broken and never in force. */
export interface PushStart {
  readonly documents: readonly SeenDocument[];
  readonly broken: readonly Digest[];
}

/** A document whose shape is sound, that is broken, and of whose name nothing was in force yet. */
export interface Newcomer extends UnreadDocument {
  readonly id: string;
  readonly digest: Digest;
}

/** The broken documents that may be a missing one under a new name. */
export function newcomersOf(unread: readonly UnreadDocument[], seen: readonly SeenDocument[]): Newcomer[] {
  const known = new Set(seen.map(seenId));
  return unread.filter((one): one is Newcomer => one.id !== null && one.digest !== undefined && !known.has(one.id));
}

/**
 * Renamed and broken in one push is not removed: a document that a push removes may have become any that came broken with
 * the same push, in its own file or of its own kind; it stays until each of those is in force or gone. What was broken before
 * the push says nothing about it. Pure.
 */
export function successorLookup(newcomers: readonly Newcomer[], start: PushStart) {
  const before = Map.groupBy(start.broken, (digest) => digest);
  const now = Map.groupBy(newcomers, ({ digest }) => digest);
  const running = new Set(start.documents.map(seenId));
  // One text more than before is new, wherever the others stand: a broken document may be copied over one that runs.
  const fresh = newcomers.filter(({ digest }) => (now.get(digest)?.length ?? 0) > (before.get(digest)?.length ?? 0));
  const byId = new Map(newcomers.map((one) => [one.id, one]));
  return (seen: Pick<SeenDocument, 'kind' | 'key' | 'place' | 'missing'>): readonly Newcomer[] => {
    if (!running.has(seenId(seen))) return [];
    const known = (seen.missing?.successors ?? []).flatMap((id) => byId.get(id) ?? []);
    const isLike = ({ id, place }: Newcomer): boolean =>
      place.path === seen.place.path || id.startsWith(`${seen.kind} `);
    return [...new Map([...known, ...fresh.filter(isLike)].map((one) => [one.id, one])).values()];
  };
}
