import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { PushHint } from '../../shared/ports/repo.ts';
import type { ReceivedReports } from '../collect/reports.ts';
import type { DeliveryProgress } from '../deliver/progress.ts';
import type { ChannelView } from '../model/channel.ts';
import type { HealthJudge } from '../health/judge.ts';
import type { Hold } from '../model/hold.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import type { State } from '../model/state.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Changed } from '../model/changes.ts';
import type { ObservedReads } from '../registry/observed-reads.ts';
import type { FleetHealth } from '../status/fleet-health.ts';
import type { Turns } from '../model/turns.ts';
import type { StatusSignal } from './status-signal.ts';

/** Why an operation starts a pass. */
export type OperationReason = 'registry' | 'approval' | 'report' | 'webhook';

/** How operations act on the hub: the state changes between two passes, and a pass follows. */
export interface ChangePort {
  /** Commits what `apply` makes of the newest state, and starts a pass; `message` is the ledger's. */
  readonly change: <T>(message: string, reason: OperationReason, apply: (state: State) => Changed<T>) => Promise<T>;
  /** Starts a pass, or asks for one more when one runs. */
  readonly trigger: (reason: OperationReason) => void;
}

/** The running hub as operations see it. */
export interface HubParts extends ChangePort {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'report'>;
  readonly reports: ReceivedReports;
  readonly reads: ObservedReads;
  /** What definitions say of how well applications are. */
  readonly health: HealthJudge;
  readonly channel: ChannelView;
  readonly channelId: string;
  /** The channel's Git host, where there is one. */
  readonly channelUrl: string | null;
  readonly rootFingerprint: string;
  readonly heartbeatMs: number;
  /** The configured local cluster. */
  readonly localCluster: string | null;
  /** The address that join lines name. */
  readonly publicUrl: () => string;
  /** The state as it was last committed; throws UNAVAILABLE while the hub is starting. */
  readonly state: () => State;
  /** True once there is a state. */
  readonly isReady: () => boolean;
  /** Resolves then. */
  readonly begun: Promise<void>;
  /** The state with the problems of the last pass that only this process has seen, for status. */
  readonly shown: () => State;
  /** The bytes of each file of a published bundle, by path. */
  readonly sizes: (bundle: PublishedBundle) => ReadonlyMap<string, number>;
  /** What the last pass of this process held; empty before it. */
  readonly holds: () => readonly Hold[];
  /** Where the last pass of this process left deliveries, by application; empty before it. */
  readonly progress: () => ReadonlyMap<string, DeliveryProgress>;
  /** The health of the fleet, kept from one question to the next: one question at a time. */
  readonly fleetHealth: { readonly kept: FleetHealth; readonly turns: Turns };
  /** Called with the commits that a webhook named, before the pass that it starts. */
  readonly onPush: (push: PushHint) => void;
  readonly onRevoked: (registration: string) => void;
  /** Raised when the status may have changed. */
  readonly changed: StatusSignal;
}
