import type { AgentReport } from '../../shared/wire/report.ts';

/** The newest report of a registration, and when the hub got it (milliseconds since the epoch). */
export interface ReceivedReport {
  readonly report: AgentReport;
  readonly receivedAt: number;
  /** Since when each application (`namespace/name`) has the health of this report, by the hub's clock; absent = not known. */
  readonly since?: Readonly<Record<string, number>>;
  /** The signature of what brought it, from format 2 on: the same again is the same message. */
  readonly signature?: string;
}

/** The newest reports by cluster: of the current registrations only. */
export type Reports = ReadonlyMap<string, ReceivedReport>;
