import type { Clock } from '../../shared/ports/clock.ts';

/** A pass for reports alone begins at most so often: what they change waits for the others of a storm. */
const everyMs = 1_000;

/** Decides when reports may start a pass. */
export interface ReportGate {
  /** Calls `start` when reports may start a pass: at once, or when the second after the last such pass is over. */
  readonly ask: (start: () => void) => void;
  /** A pass begins, which reads all reports; `isForReports` when reports are among its reasons. */
  readonly begins: (isForReports: boolean) => void;
  readonly close: () => void;
}

/** A gate that no report has passed yet. */
export function createReportGate(clock: Pick<Clock, 'monotonic' | 'after'>): ReportGate {
  let openAt = -Infinity;
  let cancel: (() => void) | null = null;
  const close = (): void => {
    cancel?.();
    cancel = null;
  };
  return {
    ask: (start) => {
      const wait = openAt - clock.monotonic();
      if (wait <= 0) start();
      else cancel ??= clock.after(wait, start);
    },
    begins: (isForReports) => {
      close();
      if (isForReports) openAt = clock.monotonic() + everyMs;
    },
    close,
  };
}
