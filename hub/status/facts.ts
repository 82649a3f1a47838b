import type { StatusDelivery } from '../api/status.ts';
import type { ReportApp } from '../../shared/wire/report.ts';
import type { BundleApp, Revision } from '../../shared/wire/revision.ts';
import type { Digest } from '../../shared/lib/canonical.ts';
import type { HealthVerdict } from '../model/health.ts';
import type { Freeze } from '../model/freeze.ts';
import type { Hold } from '../model/hold.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { State } from '../model/state.ts';
import type { ReceivedReport, Reports } from '../model/reports.ts';

/** The slices of the state that status shows. */
export type StatusState = Pick<
  State,
  'source' | 'number' | 'clusters' | 'bundles' | 'documents' | 'revisions' | 'problems' | 'guarded' | 'approvals'
>;

/** What the view of a fleet is made from: facts only. */
export interface StatusFacts {
  readonly state: StatusState;
  readonly reports: Reports;
  /** What the last pass of this process held; absent before it. */
  readonly holds?: readonly Hold[];
  /** Deliveries that are not over, or did not end well. */
  readonly deliveries?: readonly StatusDelivery[];
  readonly freeze?: Freeze | null;
  /** What definitions say of how well an application is on a cluster, with the content of a digest. */
  readonly judged?: (app: string, cluster: string, digest: Digest) => HealthVerdict | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds between two reports of an agent that has nothing to say. */
  readonly heartbeat: number;
}

/** Facts of one application on one cluster: what the channel asks for, and what the agent said last. */
export interface RowFacts {
  readonly record: ClusterRecord;
  readonly revision: Revision;
  readonly app: BundleApp;
  readonly received: ReceivedReport | undefined;
  readonly said: ReportApp | undefined;
  readonly stale: boolean;
  readonly age: number | null;
  readonly judged?: HealthVerdict | undefined;
  readonly now: number;
}

/** Which part of the fleet to show: an application's name or `namespace/name`, and a cluster. */
export interface StatusFilter {
  readonly app?: string | undefined;
  readonly cluster?: string | undefined;
}
