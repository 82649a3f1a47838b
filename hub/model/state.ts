import type { Digest } from '../../shared/lib/canonical.ts';
import type { Approval } from '../../shared/wire/approval.ts';
import type { Deliveries } from './delivery.ts';
import type { RevisionHistory } from './fleet.ts';
import type { Freeze } from './freeze.ts';
import type { GuardedChange } from './guarded-change.ts';
import type { PublishedBundles } from './published-bundle.ts';
import type { Registry } from './registry.ts';
import type { SeenDocument } from './seen-documents.ts';
import type { Problem } from './source.ts';
import type { NamedToken } from './token.ts';

/** The commit of the config repository that was processed last; null before the first. */
export type SourcePosition = { readonly repository: string; readonly commit: string } | null;

/** Recorded cluster names by placement key. */
export type Picks = ReadonlyMap<string, readonly string[]>;

/** Whose state it is: fixed for as long as the store lives. */
export interface StateIdentity {
  readonly channel: string;
  readonly epoch: number;
}

/** The parts that the hub's state consists of. A consumer takes those that it needs: `Pick<State, 'clusters' | 'bundles'>`. */
export interface Slices {
  readonly source: SourcePosition;
  readonly documents: readonly SeenDocument[];
  /** Digests of the documents that are broken, and of whose names nothing was in force yet: one each, also where two are the same. */
  readonly broken: readonly Digest[];
  readonly revisions: RevisionHistory;
  readonly clusters: Registry;
  readonly picks: Picks;
  /** Of applications that are delivered in steps or waves. */
  readonly deliveries: Deliveries;
  /** Null = deliveries start as they may. */
  readonly freeze: Freeze | null;
  readonly bundles: PublishedBundles;
  readonly guarded: readonly GuardedChange[];
  readonly approvals: readonly Approval[];
  /** Of persons and programs, by name; the admin token is not among them. */
  readonly tokens: readonly NamedToken[];
  /** Problems of the last pass, for status after a restart. */
  readonly problems: readonly Problem[];
}

/** The hub's state: a value that nothing changes in place. */
export interface State extends StateIdentity, Slices {
  /** Counts the commits that led to this state. Bundles and status show it as `ledger`. */
  readonly number: number;
}
