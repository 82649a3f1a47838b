import type { Contents } from './contents.ts';
import type { CronFields } from '../../shared/lib/window.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Reads } from '../../shared/wire/reads.ts';
import type { ReportAnswer, ReportMessage } from '../../shared/wire/report.ts';
import type { ChannelSnapshot, Transport, TrustState, VerifiedBundle } from './bundle.ts';
import type { Kube } from './kube.ts';
import type { Measure } from './measure.ts';
import type { Identity, Impersonation, Reach } from './site.ts';
import type { ProbeState } from './probes.ts';

/** Settings of an agent; `defaultSettings` has all that an installation need not say. */
export interface AgentSettings {
  /** The agent's own namespace: its state, Lease and site ConfigMap. */
  readonly namespace: string;
  /** Namespaces that it may read and write; null = all. */
  readonly namespaces: readonly string[] | null;
  /** How far into the cluster applications may reach. */
  readonly reach: Reach;
  /** Under whose rights applications are written; null = the agent's own. */
  readonly impersonation: Impersonation | null;
  /** Identity under which the Lease is held: the same again after a restart of the same pod. */
  readonly holder: string;
  readonly version: string;
  readonly pollMs: number;
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  /** How long moved traffic must have been live before the capacity behind the old backends may go. */
  readonly settleMs: number;
  /** How long a stopping agent may take for the object in flight, the last state and the last report. */
  readonly stopMs: number;
}

/** The settings that an installation need not say. */
export const defaultSettings = {
  namespaces: null,
  reach: { systemNamespaces: false, hosts: false },
  impersonation: null,
  pollMs: 60_000,
  heartbeatMs: 300_000,
  leaseMs: 15_000,
  settleMs: 1_000,
  stopMs: 10_000,
} as const;

/** Everything that the agent's loop needs from outside; main wires it, tests wire fakes. */
export interface AgentDeps {
  readonly kube: Kube;
  readonly transport: Transport;
  /** Throws a coded error for a snapshot that must not be trusted. */
  readonly verify: (snapshot: ChannelSnapshot, trust: TrustState) => Promise<VerifiedBundle> | VerifiedBundle;
  /** Where verify keeps checked files. */
  readonly contents: Contents;
  /** Delivers a report; null where there is no hub to report to. Throws when the hub did not take it. */
  readonly deliver: (message: ReportMessage, signal: AbortSignal) => Promise<ReportAnswer | null>;
  /** What the hub's last answer said of reports; absent where reports are of format 1. */
  readonly hubReads?: () => Pick<Reads, 'report' | 'whole'>;
  /** Asks servers of metrics; absent where no address is allowed. */
  readonly measure?: Measure;
  readonly clock: Clock;
  readonly random: Random;
  /** The fields of a cron expression; null where the text is not one. */
  readonly cron: (text: string) => CronFields | null;
  /** A new unguessable id (nonces of creations). */
  readonly uuid: () => string;
  readonly log: Log;
  readonly identity: Identity;
  /** Takes up the identity and the key once the Lease is held, before the first pass; rejects where the cluster is another's. */
  readonly join?: (signal: AbortSignal) => Promise<void>;
  readonly settings: AgentSettings;
  /** Called before and after every write to the cluster: crash tests stop the agent here. */
  readonly onStep?: (step: string) => void | Promise<void>;
  /** Told how the agent is doing, for probes. */
  readonly probes?: ProbeState;
}
