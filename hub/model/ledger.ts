import type { Digest } from '../../shared/lib/canonical.ts';
import type { GitObject, Oid } from '../../shared/lib/git/object.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { Capabilities } from './documents.ts';
import type { Labels } from '../../shared/model/selector.ts';
import type { ObjectReader } from './objects.ts';
import type { Approval, Revision } from '../../shared/wire/revision.ts';
import type { RevisionHistory } from './fleet.ts';
import type { Place, Problem } from './source.ts';

/** A cluster in the hub's registry. */
export interface ClusterRecord {
  readonly name: string;
  readonly registration: string;
  readonly labels: Labels;
  /** What counts as known of it, lost ones that wait for an approval included; null = nobody said anything yet. */
  readonly capabilities: Capabilities | null;
  /** What `cluster join --capabilities` said: it wins over reports, and the Cluster document's wins over it. */
  readonly declared?: Capabilities;
  readonly joinedAt: string;
  /** The agent's public key once it enrolled. */
  readonly agentKey: string | null;
  /** The public half of the open join token, and until when. */
  readonly token: { readonly publicKey: string; readonly expires: string } | null;
  readonly reports: boolean;
  readonly revoked: boolean;
  /** Set by `cluster remove`: the next bundle says decommission. */
  readonly decommission: 'orphan' | 'delete' | null;
}

/** A document as it was last seen whole: what freezing and deleting are decided against. */
export interface SeenDocument {
  readonly kind: string;
  readonly key: string;
  readonly place: Place;
  readonly value: unknown;
  /** Missing for another reason than a descending commit that removed it: waits for approval under this digest. */
  readonly missing: { readonly change: Digest; readonly since: string } | null;
}

/** What was last published to a cluster: the very bytes, and the commit of its ref. */
export interface PublishedBundle {
  readonly cluster: string;
  readonly revision: Revision;
  readonly revisionDigest: Digest;
  /** Bytes of revision.json and revision.sig. */
  readonly payload: Uint8Array;
  readonly signatures: Uint8Array;
  /** The tree with revision.json, revision.sig and objects/: the same in the ledger and in the channel. */
  readonly tree: Oid;
  /** Commit of the cluster's ref that carries it, and that commit's parent (null for the first). */
  readonly commit: Oid;
  readonly parent: Oid | null;
}

/** A change that a guard stopped: shown by status, released by `approve DIGEST`. */
export interface GuardedChange {
  readonly change: Digest;
  readonly code: 'EMPTY_RENDER' | 'MASS_DELETE' | 'PROTECTED_DELETE' | 'SOURCE_REWOUND' | 'CAPABILITY_LOST';
  readonly cluster: string | null;
  readonly app: string | null;
  readonly generation: number;
  readonly ids: readonly ObjectId[];
  readonly since: string;
}

/** The hub's database, as one value: read from the verified ledger, changed by a pass, committed as a whole. */
export interface LedgerState {
  readonly format: 1;
  readonly channel: string;
  readonly epoch: number;
  /** Number of the ledger commit that this state was read from. */
  readonly number: number;
  readonly source: { readonly repository: string; readonly commit: string } | null;
  readonly revisions: RevisionHistory;
  readonly documents: readonly SeenDocument[];
  readonly clusters: ReadonlyMap<string, ClusterRecord>;
  /** Recorded picks by placement key. */
  readonly picks: ReadonlyMap<string, readonly string[]>;
  /** What each cluster was sent last; the unit that has an object id in here keeps it (NAME_TAKEN for any other). */
  readonly bundles: ReadonlyMap<string, PublishedBundle>;
  readonly guarded: readonly GuardedChange[];
  readonly approvals: readonly Approval[];
  /** Problems of the last pass, for status after a restart. */
  readonly problems: readonly Problem[];
}

/** Why a ledger commit is made: its subject line, when (seconds are kept), and new objects that the state refers to. */
export interface LedgerChange {
  readonly message: string;
  readonly at: number;
  /** Trees and blobs of new bundles (`PublishedBundle.tree`). */
  readonly objects?: readonly GitObject[];
  /** What must be done before the commit counts, while its objects are being written: a failure leaves the ledger as it was. */
  readonly before?: Promise<unknown>;
}

/** The hub's database behind a port: signed, numbered, chained commits of the state, verified before they are believed. */
export interface Ledger {
  /** The state of the verified head; the same value again while the head stays. Throws LEDGER_INVALID, also when there is none. */
  readonly read: () => Promise<LedgerState>;
  /** Makes the first commit of a new ledger; throws LEDGER_RACED when there is one already. */
  readonly create: (first: Pick<LedgerState, 'channel' | 'epoch'>, at: number) => Promise<LedgerState>;
  /**
   * Commits a state that was derived from what read or commit answered (its `number` is that one's), and answers it with
   * its new number. Commits nothing and answers `next` when nothing changed. Throws LEDGER_RACED when the head moved on.
   */
  readonly commit: (next: LedgerState, change: LedgerChange) => Promise<LedgerState>;
  /** Those of some object ids that this ledger ever published to a registration, from its history. */
  readonly published: (
    cluster: string,
    registration: string,
    ids: ReadonlySet<ObjectId>,
  ) => Promise<ReadonlySet<ObjectId>>;
  /** True when there is no commit at all. */
  readonly isEmpty: () => boolean;
  /** The objects of the ledger's repository: the bytes of every published bundle. */
  readonly objects: ObjectReader;
}

/** A ledger that nothing was written to yet. */
export function emptyState({ channel, epoch }: Pick<LedgerState, 'channel' | 'epoch'>): LedgerState {
  return {
    format: 1,
    channel,
    epoch,
    number: 0,
    source: null,
    revisions: { revisions: new Map(), newest: new Map() },
    documents: [],
    clusters: new Map(),
    picks: new Map(),
    bundles: new Map(),
    guarded: [],
    approvals: [],
    problems: [],
  };
}
