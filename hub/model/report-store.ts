import type { ReceivedReport } from './reports.ts';

/** Where the last reports survive a restart. What is lost is asked for again, so that nothing depends on it. */
export interface ReportStore {
  /**
   * What was saved last of each registration; what cannot be read is left out. Each is the value that `made` makes of it (one that
   * says the same): what is saved later is compared with that, by identity, so that what did not change is not written again.
   */
  readonly load: (made?: (received: ReceivedReport) => ReceivedReport) => Promise<ReceivedReport[]>;
  /** Resolves when a report is on disk, in the place of the one before of its registration. Rejects when it cannot be written. */
  readonly save: (received: ReceivedReport) => Promise<void>;
  /** Resolves when nothing is left of these registrations on disk. Rejects when it cannot be written. */
  readonly forget: (registrations: readonly string[]) => Promise<void>;
}
