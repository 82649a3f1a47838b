import type { Code } from '../../shared/errors.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { VerifiedBundle } from './bundle.ts';
import type { AgentDeps } from './deps.ts';
import type { Inventory, Store, Stored } from './inventory.ts';
import type { Kube } from './kube.ts';
import type { LiveView } from './live.ts';
import type { AppPlan } from './plan.ts';
import type { Row } from './rows.ts';
import type { Site } from './site.ts';

/** A running agent: what it was given, what it remembers between passes, and the signals that end it. */
export interface Agent {
  readonly deps: AgentDeps;
  /** The cluster; writes fail once the Lease is not held any more. */
  readonly kube: Kube;
  readonly view: LiveView;
  readonly store: Store;
  readonly memory: Memory;
  /** Asked to stop: finish the object in flight, start no other. */
  readonly stop: AbortSignal;
  /** Ends requests in flight. */
  readonly signal: AbortSignal;
}

/** What an agent remembers between passes; losing all of it costs a few requests and nothing else. */
export interface Memory {
  stored: Stored | null;
  /** UID of the kube-system namespace, once known. */
  clusterUid: string | null;
  kubernetes: string;
  /** When the cluster last said what it is, by the monotonic clock. */
  learnedAt: number;
  capabilities: readonly string[];
  bundle: VerifiedBundle | null;
  /** The bundle that the mark names, while a newer one was accepted and is not started. */
  marked: VerifiedBundle | null;
  /** Something may be new in the channel. */
  isPullDue: boolean;
  /** Pulls that failed in a row. */
  pullFailures: number;
  /** Why the last pull brought nothing that may be believed; null when it was well. */
  channelFault: { readonly code: Code; readonly message: string } | null;
  site: Site;
  readonly progress: Map<string, Progress>;
  readonly faults: Map<ObjectId, Fault>;
  readonly repairs: Map<ObjectId, { readonly count: number; readonly at: number }>;
  /** Ids whose deletion is counted already. */
  readonly counted: Set<ObjectId>;
  /** Details of what keeps a revision from being ready, by application. */
  readonly explanations: Map<string, { readonly key: string; readonly text: string }>;
  readonly namespaces: Map<string, Promise<void>>;
  /** Since when conditions have their status, by type. */
  since: ReadonlyMap<string, { readonly status: string; readonly at: number }>;
  lastOutcome: Outcome | null;
  /** When the inventory was last written in a pass, by the monotonic clock. */
  recordedAt: number;
}

/** What is remembered of an application's change, by the monotonic clock. */
export interface Progress {
  readonly digest: string | null;
  readonly waitingSince: number | null;
  readonly shiftedAt: number | null;
}

/** An object that could not be applied or deleted: tried again after a backoff, or when its content changes. */
export interface Fault {
  readonly row: Row;
  readonly digest: string | null;
  readonly attempts: number;
  /** By the monotonic clock. */
  readonly until: number;
}

/** What may be done with a bundle now. */
export interface Mode {
  /** False = repair what was applied, start nothing. */
  readonly mayChange: boolean;
  /** Why nothing may be deleted; null = it may. */
  readonly stopDeletes: string | null;
  /** The site's hold, or what keeps the bundle from being started. */
  readonly hold: string | null;
}

/** An application with where it stands. */
export interface AppOutcome {
  readonly key: string;
  readonly app: BundleApp | null;
  readonly plan: AppPlan | null;
  /** Why it is not applied here at all; null = it is. */
  readonly skipped: string | null;
}

/** What a pass found and did. */
export interface Outcome {
  /** The moment by which all of it was decided (monotonic): what fell due after it is for the next pass. */
  readonly at: number;
  readonly bundle: VerifiedBundle | null;
  readonly mode: Mode;
  readonly apps: readonly AppOutcome[];
  readonly rows: readonly Row[];
  readonly inventory: Inventory;
  readonly unexplained: readonly ObjectId[];
  /** Retired and still inventoried. */
  readonly survivors: readonly ObjectId[];
  readonly isLimited: boolean;
  readonly isRestored: boolean;
  readonly isSettled: boolean;
  /** True when it wrote something, so that the next step may be possible at once. */
  readonly didWrite: boolean;
  /** When to look again if nothing else happens, by the monotonic clock. */
  readonly deadline: number | null;
}
