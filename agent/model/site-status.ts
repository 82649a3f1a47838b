import type { ObjectHealth } from '../../shared/model/health.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { AgentState } from './inventory.ts';
import type { Identity, Site } from './site.ts';
import type { SiteWords } from './words.ts';

/** One inventoried object as it is now. */
export interface SiteObject {
  readonly id: ObjectId;
  /** Application `namespace/name`. */
  readonly app: string;
  /** True when the file that the bundle has for it was applied in full once. */
  readonly isApplied: boolean;
  readonly health: ObjectHealth;
  readonly message: string;
  /** Why it is not what the inventory says; null = it is. */
  readonly doubt: string | null;
}

/** A pod of the agent's release. */
export interface AgentPod {
  readonly name: string;
  readonly isRunning: boolean;
  /** Why it does not run; empty where it does. */
  readonly why: string;
}

/** The state of a site: all of it read from its own cluster, so that it needs neither hub nor agent. */
export interface SiteStatus {
  readonly identity: Identity | null;
  readonly isEnrolled: boolean;
  readonly state: AgentState | null;
  /** What of state and inventory cannot be read, in words. */
  readonly damage: readonly string[];
  readonly clusterUid: string;
  readonly site: Site;
  /** The running agent: who holds the Lease, when it last said so (milliseconds since the epoch), and what it says. */
  readonly lease: {
    readonly holder: string;
    readonly renewedAt: number;
    readonly seconds: number;
    readonly words: SiteWords | null;
  } | null;
  /** Null = they could not be listed, or the agent runs elsewhere. */
  readonly pods: readonly AgentPod[] | null;
  readonly objects: readonly SiteObject[];
}
