import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { BundleMark } from '../../shared/wire/revision.ts';

/** One object that the agent created or adopted, or is about to create. */
export interface InventoryEntry {
  readonly id: ObjectId;
  /** apiVersion that it was last applied with. */
  readonly apiVersion: string;
  /** Application `namespace/name`, and revision when it belongs to one alone. */
  readonly app: string;
  readonly revision: string | null;
  /** Null while the creation is pending: then `nonce` proves it. */
  readonly uid: string | null;
  readonly nonce: string;
  /** Digest of the object file that was last applied in full; null before. */
  readonly applied: Digest | null;
  /** Hash of our own managedFields entry after that apply: drift is when the live one differs. */
  readonly fieldsHash: string | null;
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
}
