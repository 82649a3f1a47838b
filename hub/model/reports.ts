import type { AgentReport } from '../../shared/wire/report.ts';

/** The newest report of a registration, and when the hub got it (milliseconds since the epoch). */
export interface ReceivedReport {
  readonly report: AgentReport;
  readonly receivedAt: number;
}

/** The newest reports by cluster: of the current registrations only. */
export type Reports = ReadonlyMap<string, ReceivedReport>;
