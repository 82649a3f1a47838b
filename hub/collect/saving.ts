import type { ReportStore } from '../model/report-store.ts';
import type { ReceivedReport } from '../model/reports.ts';

/** Saves the newest reports; what could not be saved is tried again when it is asked for. */
export interface Saving {
  /** Resolves when this report is on disk; rejects when it cannot be written now. */
  readonly save: (received: ReceivedReport) => Promise<void>;
  /** Resolves when nothing is being saved. */
  readonly flush: () => Promise<void>;
}

/** Saving to a store. */
export function savingTo(store: ReportStore): Saving {
  const newest = new Map<string, { readonly received: ReceivedReport; readonly done: Promise<void> }>();
  const underway = new Set<Promise<void>>();
  const start = (received: ReceivedReport): Promise<void> => {
    const { registration } = received.report;
    const done = store.save(received);
    const entry = { received, done };
    newest.set(registration, entry);
    underway.add(done);
    done.then(
      () => void underway.delete(done),
      () => {
        underway.delete(done);
        if (newest.get(registration) === entry) newest.delete(registration);
      },
    );
    return done;
  };
  return {
    save: (received) => {
      const current = newest.get(received.report.registration);
      return current?.received === received ? current.done : start(received);
    },
    flush: async () => {
      while (underway.size > 0) await Promise.allSettled(underway);
    },
  };
}
