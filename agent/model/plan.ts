import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { ReportApp } from '../../shared/wire/report.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { InventoryEntry } from './inventory.ts';
import type { Live } from './live.ts';
import type { ServedObject } from './served.ts';

export type Phase = ReportApp['phase'];

/** What the phases of one application are decided from. `app` is null once no bundle has it any more. */
export interface AppObservation {
  readonly app: BundleApp | null;
  /** Everything inventoried of this application, by id. */
  readonly entries: ReadonlyMap<ObjectId, InventoryEntry>;
  /** Of those, the ones that may be deleted: absent from the bundle, retired, and allowed by every guard. */
  readonly removable: ReadonlySet<ObjectId>;
  /** Objects that it wants and that must go first, because they were another application's and cannot be changed; absent = none. */
  readonly anew?: readonly ObjectId[];
  readonly live: Live;
  /** Contents that still run and that the bundle has no more: what they are repaired to while they serve. */
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
  /** Why objects could not be applied, by id. */
  readonly faults: ReadonlyMap<ObjectId, string>;
  readonly now: number;
  /** Since when this application waits for pods or endpoints; null when it does not. */
  readonly waitingSince: number | null;
  /** When its traffic was last moved; null when that is long ago. */
  readonly shiftedAt: number | null;
  readonly settleMs: number;
  /** Workloads that a delivery stops because it goes back: they go as soon as they have no traffic, whatever else is ready. */
  readonly leaving?: ReadonlySet<ObjectId>;
  /** A delivery goes back to what served. */
  readonly isReturning?: boolean;
}

/** What may be done with one application now. A pass does it all; watches and the deadline start the next. */
export interface AppPlan {
  readonly phase: Phase;
  /** Why it is in this phase, in words. */
  readonly reason: string;
  /** Replicas to apply each workload with. */
  readonly replicas: ReadonlyMap<ObjectId, number>;
  /** Weights to apply each traffic object with, in the order of its targets. */
  readonly weights: ReadonlyMap<ObjectId, readonly number[]>;
  /** Objects of the bundle that must not be written yet. */
  readonly held: ReadonlySet<ObjectId>;
  /** Objects that serve until they are replaced, although the bundle has them no more or otherwise: repaired to what was applied. */
  readonly keep: readonly ObjectId[];
  /** What others changed of it and cannot be repaired, because a restart in the middle of the change lost what was applied. */
  readonly unrepaired?: readonly ObjectId[];
  readonly scaleToZero: readonly ObjectId[];
  readonly remove: readonly ObjectId[];
  /** True while it waits for pods or endpoints: the progress deadline runs. */
  readonly isWaiting: boolean;
  /** The revision that did not become ready: `what` happened to it, and the `reason` with the state of its pods; null when none is blocked. */
  readonly blocked: { readonly revision: string | null; readonly what: string; readonly reason: string } | null;
  /** When to plan again if no change triggers it. */
  readonly deadline: number | null;
}

/** What to do with one object of the bundle, with the values that are put over its text. */
export interface ApplyTask {
  readonly id: ObjectId;
  readonly app: string;
  readonly revision: string | null;
  readonly digest: Digest;
  readonly action: 'create' | 'update' | 'inspect';
  /** The uid that an update is made under. */
  readonly uid: string | null;
  /** Why, in words for a user. */
  readonly reason: string;
  /** True when the object had this content before: something else changed or deleted it. */
  readonly isRepair: boolean;
  /** True for a content that the bundle has no more, and that serves until it is replaced. */
  readonly isServed?: boolean;
  /** How it is changed, where that is not by our fields alone. */
  readonly update?: { readonly op: 'patch' | 'replace'; readonly recreateFields: readonly string[] };
  /** Values at JSON pointers that the bundle names. */
  readonly overrides: readonly { readonly pointer: string; readonly value: number }[];
}
