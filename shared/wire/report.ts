import type { Digest } from '../lib/canonical.ts';
import type { AppHealth } from '../model/health.ts';
import type { ObjectId } from '../model/object.ts';
import type { SignedBody } from './envelope.ts';
import type { BundleMark } from './revision.ts';

/** What went wrong with one object, or why it is not as wanted. */
export interface ObjectProblem {
  readonly id: ObjectId;
  readonly code: string;
  readonly message: string;
  readonly health?: string | undefined;
}

/** One revision's replicas on a cluster: ready of desired. */
export interface ReportRevision {
  readonly name: string;
  readonly ready: number;
  readonly desired: number;
}

/** How far a cluster is with the steps of a delivery; from format 2 on, as are the members of ReportApp that may be absent. */
export interface ReportedDelivery {
  readonly number: number;
  readonly attempt: number;
  /** The step that is under way, from 0. */
  readonly step: number;
  readonly phase: 'running' | 'paused' | 'returned' | 'done';
  readonly reason?: string | undefined;
}

/** An object's fields as the agent read them (`observe` of the bundle); `values` by pointer, a pointer that leads nowhere has none. */
export interface ReportedObservation {
  readonly id: ObjectId;
  readonly uid: string;
  readonly generation: number;
  /** Of the object file that was applied last; absent where none was. */
  readonly digest?: Digest | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

/** An agent's observation of one application. */
export interface ReportApp {
  readonly namespace: string;
  readonly name: string;
  /** The namespace of a unit that is placed in one. */
  readonly target?: string | undefined;
  /** The digest that the accepted bundle asks for; null when the bundle has the application no more. */
  readonly desired: Digest | null;
  /** The digest whose every object is applied, traffic and deletions included; null until that was so. */
  readonly applied: Digest | null;
  /** Where the change stands: `settled`, a phase of semantics.md, or why nothing is done. */
  readonly phase:
    'settled' | 'scale-up' | 'ready' | 'shift' | 'endpoints' | 'scale-down' | 'delete' | 'skipped' | 'held' | 'blocked';
  readonly health: AppHealth;
  readonly message: string;
  readonly revisions: readonly ReportRevision[];
  /** The split that is live, in percent by revision. */
  readonly traffic: readonly { readonly revision: string; readonly weight: number }[];
  readonly objects: { readonly total: number; readonly current: number };
  readonly problems: readonly ObjectProblem[];
  /** When health was last read as it is here, by the agent's clock (ISO text); absent = when the report was made. */
  readonly observedAt?: string | undefined;
  readonly delivery?: ReportedDelivery | undefined;
  /** How long it was healthy with `applied` when the report was made that brought this; it goes on counting while nothing else is said. */
  readonly healthyForSeconds?: number | undefined;
  readonly observations?: readonly ReportedObservation[] | undefined;
}

/** A condition of the site as a whole. */
export interface ReportCondition {
  readonly type:
    | 'Ready'
    | 'Stale'
    | 'ClockSkew'
    | 'Forked'
    | 'Restored'
    | 'Unverified'
    | 'Held'
    | 'Unexplained'
    | 'DeleteLimited'
    | 'Unreachable';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly since: string;
}

/** The reason of a condition Ready that is False because the agent itself cannot go on, whatever its applications do. */
export const agentFault = 'AgentFault';

/** The payload of a report: the state of one cluster as its agent sees it, signed with the agent's key. */
export interface AgentReport {
  readonly format: number;
  readonly channel: string;
  readonly registration: string;
  readonly cluster: string;
  readonly sequence: number;
  readonly issuedAt: string;
  readonly agent: {
    readonly version: string;
    readonly kubernetes: string;
    readonly capabilities: readonly string[];
    readonly clusterUid: string;
  };
  /** The newest bundle that was verified. */
  readonly accepted: BundleMark | null;
  /** True when the accepted bundle is applied and settled. */
  readonly settled: boolean;
  readonly conditions: readonly ReportCondition[];
  readonly apps: readonly ReportApp[];
  readonly retired: {
    /** Ids that were retired and are gone (or are not ours any more). */
    readonly settled: readonly ObjectId[];
    /** Ids whose deletion has not succeeded yet. */
    readonly survivors: readonly ObjectId[];
    /** Inventoried ids that are neither in the bundle nor retired: kept. */
    readonly unexplained: readonly ObjectId[];
    /** Why survivors are still there, as far as that is known. */
    readonly reasons?: readonly ObjectProblem[] | undefined;
  };
  /** The accepted envelope, when the hub asked for it. */
  readonly envelope?: SignedBody | undefined;
}

/** What of a report differs from one that the hub has (`base`): members that are absent are as they were there. From format 2 on. */
export interface ReportChange extends Pick<
  AgentReport,
  'format' | 'channel' | 'registration' | 'cluster' | 'sequence' | 'issuedAt' | 'envelope'
> {
  /** The sequence of the report that this is the change of. */
  readonly base: number;
  readonly agent?: AgentReport['agent'] | undefined;
  readonly accepted?: AgentReport['accepted'] | undefined;
  readonly settled?: boolean | undefined;
  readonly conditions?: AgentReport['conditions'] | undefined;
  /** Applications that are new, or not as they were: each is replaced whole. */
  readonly apps: readonly ReportApp[];
  /** Units (`namespace/name[@target]`) that the report has no more. */
  readonly gone: readonly string[];
  readonly retired?: AgentReport['retired'] | undefined;
}

/** A report in which all is as in its base, observed again. From format 2 on. */
export interface Heartbeat {
  readonly format: number;
  readonly channel: string;
  readonly registration: string;
  readonly sequence: number;
  readonly base: number;
}

/** What an agent sends: all of its report, what of it is another than in one that the hub has, or that nothing is. */
export type ReportMessage =
  | { readonly kind: 'whole'; readonly report: AgentReport }
  | { readonly kind: 'change'; readonly change: ReportChange }
  | { readonly kind: 'heartbeat'; readonly heartbeat: Heartbeat };

/** The hub's answer to a report: the highest sequence it has, and what it wants next time. */
export interface ReportAnswer {
  readonly format: number;
  readonly sequence: number;
  readonly wantEnvelope: boolean;
  /** The hub lacks the base of what was sent: it took nothing of it, and wants all. From format 2 on. */
  readonly wantWhole?: boolean | undefined;
}
