import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { BundleApp, BundleMark } from '../../shared/wire/revision.ts';
import type { Positions } from './delivery.ts';
import type { KeptSeal, KeptStore } from './kept.ts';

/** One object that the agent created or adopted, or is about to create. */
export interface InventoryEntry {
  readonly id: ObjectId;
  /** apiVersion that the bundle gave it when it was last applied; the cluster may serve another (`olderVersions`). */
  readonly apiVersion: string;
  /** Application `namespace/name`, and revision when it belongs to one alone. */
  readonly app: string;
  readonly revision: string | null;
  /** Null while the creation is pending: then `nonce` proves it. */
  readonly uid: string | null;
  /** What is in the object's annotation; one of an object that was taken over says so (`takenNonce`), and proves no creation. */
  readonly nonce: string;
  /** Digest of the object file that was last applied in full; null before. */
  readonly applied: Digest | null;
  /** Hash of our own managedFields entry after that apply: drift is when the live one differs. */
  readonly fieldsHash: string | null;
  /** Set on an object that was there before, and was taken over: what it was before is not ours to delete when a delivery goes back. */
  readonly adopted?: true;
  /** The delivery that made it (`namespace/name#number`); absent where none did, and where that goes back no more. */
  readonly delivery?: string;
  /** Set on a Job that the server removes some time after its end (`ttlSecondsAfterFinished`). */
  readonly expires?: true;
  /** The content with which it ran to its end: with that content it is not made again. */
  readonly finished?: Finish;
  /** Set while it is another application's by what the bundle says, and still has the content of the former one. */
  readonly handover?: Handover;
  /** Fields that the last apply was answered with another value of; absent where there are none. */
  readonly rewritten?: readonly Rewritten[];
}

/**
 * True for what this delivery of an application made, or a later one: an earlier content is told with its own number while a later
 * delivery goes back to it.
 */
export function isMadeSince(
  { delivery }: Pick<InventoryEntry, 'delivery'>,
  { namespace, name }: Pick<BundleApp, 'namespace' | 'name'>,
  number: number,
): boolean {
  const own = `${namespace}/${name}#`;
  return delivery?.startsWith(own) === true && Number(delivery.slice(own.length)) >= number;
}

const takenPrefix = 'taken-';

/** The nonce of an object that was there before, made of an unguessable id. */
export function takenNonce(id: string): string {
  return `${takenPrefix}${id}`;
}

/** True for the nonce of an object that was taken over. */
export function isTakenNonce(nonce: string | undefined): boolean {
  return nonce?.startsWith(takenPrefix) === true;
}

/** How an object goes from one application to another. */
export interface Handover {
  /** The application whose content it has. */
  readonly from: string;
  /** The content that the server refuses to put into it, because a field cannot be changed: it is made anew. */
  readonly refused?: Digest;
}

/** The application that an object still belongs to, where it must be gone before it can be made with this content; null otherwise. */
export function madeAnewAfter(entry: InventoryEntry | undefined, digest: Digest | undefined): string | null {
  const { handover } = entry ?? {};
  return digest !== undefined && handover?.refused === digest ? handover.from : null;
}

/** A field of ours that a webhook or an admission policy changes in every write. */
export interface Rewritten {
  /** An RFC 6901 JSON pointer, of the object as it was sent. */
  readonly pointer: string;
  /** The same for a reader: `spec.template.spec.containers[web].image`. */
  readonly field: string;
  /** What was sent and what is there, where it cannot be a secret. */
  readonly ours: string;
  readonly theirs: string;
}

/** How a Job or Pod came to its end; `unseen` = the server removed it while no watch was open. */
export interface Finish {
  readonly digest: Digest;
  readonly how: 'completed' | 'failed' | 'unseen';
}

/** True when an object ran to its end with this content: where it is gone, it is done. */
export function isFinished(entry: Pick<InventoryEntry, 'finished'> | undefined, digest: Digest | undefined): boolean {
  return digest !== undefined && entry?.finished?.digest === digest;
}

/** The state object (ConfigMap `sluice-state`): the mark lives in the cluster, moved by compare-and-swap only. */
export interface AgentState {
  readonly format: 1;
  readonly channel: string;
  readonly registration: string;
  readonly cluster: string;
  /** UID of the kube-system namespace when this was written: another one means a restored or copied cluster. */
  readonly clusterUid: string;
  readonly mark: BundleMark | null;
  readonly phase: 'settled' | 'applying';
  /** Highest accepted issuedAt, in milliseconds since the epoch. */
  readonly timeFloor: number;
  readonly rootVersion: number;
  /** Names of the inventory shards that count. */
  readonly shards: readonly string[];
  /** Deletions of the last 24 h (milliseconds since the epoch, and how many) for the deletion limit. */
  readonly deletions: readonly { readonly at: number; readonly count: number }[];
  readonly reportSequence: number;
  /** Set in a restored or copied cluster: nothing is deleted for bundles up to this generation. */
  readonly restoredAt?: number;
  /** Set when a lost or damaged inventory was made anew: nothing is deleted for bundles up to this generation. */
  readonly rebuiltAt?: number;
  /** Set when this cluster carried out its decommission: what became of the workloads. */
  readonly left?: 'orphan' | 'delete';
  /** What is kept of the started bundle and of what else serves, for an agent that starts anew. */
  readonly kept?: KeptSeal;
  /** How far deliveries with steps are, by application. */
  readonly deliveries?: Positions;
}

/** What is said of an object that must be made anew. */
export function waitsForFormer(from: string): string {
  return `waits until that of ${from} is gone`;
}

/** The inventory by object id. */
export type Inventory = ReadonlyMap<ObjectId, InventoryEntry>;

/** What the cluster remembers: the state object as it was read or written last, and the inventory that it names. */
export interface Stored {
  readonly state: AgentState | null;
  /** Null = the state object does not exist. */
  readonly resourceVersion: string | null;
  readonly inventory: Inventory;
  /** What of it cannot be read, in words; absent where it is whole, or was never there. */
  readonly damage?: readonly string[];
  /** True once the inventory was made anew from live objects, false once it is known that there are none; then it is to be recorded. */
  readonly isRebuilt?: boolean;
}

/** The state that is to be written; its shards follow from the inventory. */
export type NextState = Omit<AgentState, 'shards' | 'format'>;

/** Reads and moves the agent's state and inventory in its own namespace. */
export interface Store {
  readonly load: (signal: AbortSignal) => Promise<Stored>;
  /**
   * Writes the shards that are not there yet, then moves the state object by compare-and-swap; CONFLICT when another
   * agent moved it. Nothing is written when neither changed.
   */
  readonly save: (
    from: Stored,
    next: { readonly state: NextState; readonly inventory: Inventory },
    signal: AbortSignal,
  ) => Promise<Stored>;
  /** Beside the inventory: what an agent that starts anew needs to repair what runs. */
  readonly kept: KeptStore;
  /** Deletes shards, and what was kept, that this store wrote or read and that `stored` names no more. */
  readonly tidy: (stored: Stored, signal: AbortSignal) => Promise<void>;
}
