/** The time and the timers of a cluster. */
export interface ClusterClock {
  readonly now: () => number;
  /** Runs once after `ms` milliseconds; the returned function cancels it. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/** The machine's clock; its timers do not keep the process alive, and what is due at once comes before any timer. */
export const systemClock: ClusterClock = {
  now: () => Date.now(),
  after: (ms, run) => {
    if (ms <= 0) {
      // Not unref'ed: an idle process would then run it only when something else wakes it, seconds later.
      const soon = setImmediate(run);
      return () => clearImmediate(soon);
    }
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** A time as the API writes it: RFC 3339, whole seconds. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
