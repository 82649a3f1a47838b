import type { ReceivedReport } from './reports.ts';

/** Where the last reports survive a restart. A lost one comes back with the next heartbeat, so that nothing depends on it. */
export interface ReportStore {
  readonly load: () => Promise<ReceivedReport[]>;
  readonly save: (received: ReceivedReport) => Promise<void>;
}
