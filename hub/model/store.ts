import type { GitObject } from '../../shared/lib/git/object.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { Changes } from './changes.ts';
import type { ObjectReader } from './objects.ts';
import type { State } from './state.ts';

/** Says which state a view showed. Only the store that made it knows how to read it. */
export type Base = string & { readonly base: unique symbol };

/** The whole state at one moment. */
export interface View extends State {
  readonly base: Base;
}

/** One commit. */
export interface StoreCommit {
  /** The view that the changes were decided from. */
  readonly base: Base;
  /** What differs from that view, and nothing else. */
  readonly changes: Changes;
  /** Trees and blobs of new bundles (`PublishedBundle.tree`). */
  readonly objects?: readonly GitObject[];
  /** Why, as one line. */
  readonly message: string;
  /** When, in milliseconds since the epoch; whole seconds are kept. */
  readonly at: number;
  /** Work that must end before the commit counts, while its objects are being written: a failure leaves the state as it was. */
  readonly before?: Promise<unknown>;
}

/**
 * The hub's database: a state in slices, changed by one commit after the other.
 *
 * A commit is applied to exactly the state that its `base` names: entries that it does not name stay as they are there, so
 * that changes of different slices or entries never undo each other. Until it is committed, a change is an overlay:
 * `withChanges(view, changes)` is the state that a further decision sees, and `mergeChanges` makes one commit of changes
 * that wait. When another writer was first (LEDGER_RACED), the overlay is dropped: read again, decide again, commit again;
 * nothing is merged behind a decision's back.
 */
export interface Store {
  /** The state now; the very same value for as long as nothing is committed. Throws LEDGER_INVALID, also when there is none. */
  readonly read: () => Promise<View>;
  /**
   * Commits and answers the new view, which `read` answers from then on. With changes that change nothing, it commits
   * nothing and answers the view that it has. Throws LEDGER_RACED when the state is not the one of `base` any more; after any
   * error, either all of the commit counts or nothing.
   */
  readonly commit: (commit: StoreCommit) => Promise<View>;
  /** Those of some object ids that were ever published to a registration under this cluster name. */
  readonly published: (
    cluster: string,
    registration: string,
    ids: ReadonlySet<ObjectId>,
  ) => Promise<ReadonlySet<ObjectId>>;
  /** The objects of all bundles in the state: trees and blobs. */
  readonly objects: ObjectReader;
}
