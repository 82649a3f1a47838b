import type { Rollout } from './agent-steps.ts';
import type { ApplicationDeployment } from './documents.ts';
import type { JsonMap } from './json-map.ts';

/** The phases of a workflow step, as in KubeVela. */
export type StepPhaseName = 'pending' | 'running' | 'suspending' | 'succeeded' | 'failed' | 'skipped';

/** A step as far as a delivery got with it; `identity` is of name, type and properties. */
export interface StepRecord {
  readonly identity: string;
  readonly phase: StepPhaseName;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt?: string;
  /** What it said when it ended, where it is not asked again. */
  readonly message?: string;
  /** True where it failed by its timeout. */
  readonly isLate?: boolean;
  /** True where it runs because others failed: what becomes of it decides nothing. */
  readonly isAfterFailure?: boolean;
  /** How often it has begun in this attempt; absent = once. */
  readonly run?: number;
  /** What inputs of other steps take of it. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A wave that has begun. */
export interface WaveRecord {
  readonly startedAt: string;
  /** Of a share: the highest hash that is in it, so that a cluster that joins later moves no other one. */
  readonly cutoff?: number;
  /** When all of it were done for the first time: its soak began. */
  readonly doneAt?: string;
  readonly passedAt?: string;
  /** Why its analysis failed; absent = it did not, or is not over. */
  readonly refused?: string;
}

/** Units (`CLUSTER[@NAMESPACE]`) that were given the content in one pass. */
export interface Admission {
  readonly at: string;
  /** `STEP/WAVE`. */
  readonly wave: string;
  readonly units: readonly string[];
  /** Those of them that were not healthy before. */
  readonly unhealthy?: readonly string[];
  /** The attempt that begins with it in their clusters; absent = the first. */
  readonly attempt?: number;
}

/** A unit that was given the content and has its former one again. */
export interface SentBack {
  readonly why: 'failed' | 'withdrawn';
  readonly at: string;
  readonly reason: string;
}

/** What a person can decide on a delivery. */
export const deliveryVerdicts = [
  'approve',
  'refuse',
  'pause',
  'resume',
  'promote',
  'abort',
  'retry',
  'skip',
  'rollback',
] as const;

/** A person's decision on one delivery. */
export interface DeliveryDecision {
  readonly verdict: (typeof deliveryVerdicts)[number];
  /** `STEP` or `STEP/WAVE`; absent = the delivery. */
  readonly on?: string;
  readonly cluster?: string;
  readonly by: string;
  readonly at: string;
  readonly reason: string;
}

/**
 * `failed`: a step failed, and what it did not reach stays; a person or new content goes on. `reverted`: the documents went back to
 * the stable content.
 */
export type DeliveryPhase = 'running' | 'succeeded' | 'failed' | 'rolled-back' | 'aborted' | 'reverted';

/** One delivery: its transitions and decisions. What the newest reports say (done, absent, failed now) is never stored. */
export interface Delivery {
  /** Counted for each application. */
  readonly number: number;
  readonly attempt: number;
  /** The revision that it brings. */
  readonly content: string;
  /** The revision of the documents, where they say to go back to an earlier one. */
  readonly document?: string;
  readonly phase: DeliveryPhase;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Why it ended so. */
  readonly reason?: string;
  /** True while the steps are not over that run because it was taken back or aborted. */
  readonly isClosing?: boolean;
  readonly steps: Readonly<Record<string, StepRecord>>;
  /** By `STEP/WAVE`. */
  readonly waves: Readonly<Record<string, WaveRecord>>;
  readonly admitted: readonly Admission[];
  /** What units had when it reached them, where that is not the stable content; null = nothing. */
  readonly base: Readonly<Record<string, string | null>>;
  readonly back: Readonly<Record<string, SentBack>>;
  /** Oldest first. */
  readonly decisions: readonly DeliveryDecision[];
}

/** The deliveries of one application: the newest, and what ended well before. */
export interface AppDelivery {
  /** `namespace/name`. */
  readonly app: string;
  /** True where its document is gone, or says nothing of a delivery: the number of the last one is all that is remembered. */
  readonly isGone?: true;
  /** The number of the last delivery before it was gone, where what came back runs already; absent = there was none. */
  readonly numberBefore?: number;
  /** The content of the last delivery that ended well, and of the one before; null = none. */
  readonly stable: string | null;
  readonly previous: string | null;
  /** Units that do not have the stable content, because steps that deliver to them were skipped; absent = none. */
  readonly apart?: readonly string[];
  readonly last: Delivery;
  /** Objects that steps brought, by step: they stay while a later delivery has not reached that step. */
  readonly objects?: Readonly<Record<string, readonly JsonMap[]>>;
  /** Of an ApplicationDeployment: what its document said, by content, for as long as a cluster may have to have it again. */
  readonly documents?: Readonly<Record<string, KeptDocument>>;
}

/** What the document of an ApplicationDeployment said. */
export interface KeptDocument {
  /** The deliveries that brought it, oldest first; 0 = it ran before there was one. */
  readonly numbers: readonly number[];
  readonly commit: string;
  readonly document: ApplicationDeployment;
}

/** How a cluster gets to what is wanted of a unit there: the delivery that brings it, and what its steps are to do now. */
export interface UnitDirective {
  readonly number: number;
  readonly attempt: number;
  /** `back` = what serves stays, or is put back; the content that was published stays published. */
  readonly action: 'run' | 'pause' | 'promote' | 'back';
  /** The steps that lead to it, where the workflow says them. */
  readonly rollout?: Rollout;
  /** What comes under another name comes beside what serves, also without steps. */
  readonly isCopy?: true;
  /** It is put back: without steps. */
  readonly isAtOnce?: true;
}

/** Of a unit that goes back behind a delivery, or has. */
export interface TakenBack {
  /** `NAMESPACE/NAME#NUMBER`: what it took over in the cluster is let go of, and not deleted. */
  readonly delivery: string;
  /** The cluster had before what it goes back to: its Jobs are not run again. */
  readonly hadIt: boolean;
  /**
   * The number of the delivery, where its content is published and gives way to just what was there when it came: what is in that
   * content alone, it brought. Absent = something of it may be older.
   */
  readonly brought?: number;
}

/** By unit (`namespace/name[@target]`). */
export type ClusterTakenBack = ReadonlyMap<string, TakenBack>;

/** By unit (`namespace/name[@target]`). */
export type ClusterDirectives = ReadonlyMap<string, UnitDirective>;

/** The deliveries of every application that has one, by application. */
export type Deliveries = ReadonlyMap<string, AppDelivery>;

/** The name of a delivery for people and decisions: `web#17`, with its namespace where that is not `default`. */
export function deliveryName({ app, last }: AppDelivery): string {
  return `${app.startsWith('default/') ? app.slice('default/'.length) : app}#${last.number}`;
}

/** The deliveries of an application that is delivered still; undefined = there are none. */
export function goingOn(record: AppDelivery | undefined): AppDelivery | undefined {
  return record?.isGone === true ? undefined : record;
}

/** The word for a unit of an application in a delivery. */
export function unitKey(cluster: string, target: string | null): string {
  return target === null ? cluster : `${cluster}@${target}`;
}
