import type { GitObject, Oid } from '../../../shared/lib/git/object.ts';
import type { PackEntry } from '../../../shared/lib/git/pack.ts';
import type { RefMove } from '../../model/objects.ts';

/** A repository on a Git host that takes pushes. A cut answer is an error (UNAVAILABLE), never a shorter one. */
export interface GitRemote {
  /** Where it is, without credentials. */
  readonly url: string;
  /** All branches now. Throws UNAVAILABLE, TIMEOUT, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND. */
  readonly list: (signal: AbortSignal) => Promise<ReadonlyMap<string, Oid>>;
  /**
   * Moves all refs or none (where the host can) in one request; `entries` are the objects that it lacks. Answers what was
   * refused by ref, with the host's words: empty when all was accepted. After any error the outcome is unknown.
   */
  readonly push: (
    moves: readonly RefMove[],
    entries: readonly PackEntry[],
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, string>>;
  /** Everything that the wanted commits reach and the others do not, whole and checked. */
  readonly fetch: (wants: readonly Oid[], haves: readonly Oid[], signal: AbortSignal) => Promise<readonly GitObject[]>;
}
