import type { Clock } from '../../shared/ports/clock.ts';

/** Time that several pieces of work share. */
export interface TimeBudget {
  /** The application that the time belongs to. */
  readonly name: string;
  /** Does some work within the time that is left; null when that is used up, before the work or in the middle of it. */
  readonly within: <T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T | null>;
}

/** A budget of some milliseconds; only the time that work takes counts, not the time that it waits for its turn. */
export function openTimeBudget(name: string, ms: number, clock: Clock): TimeBudget {
  let left = ms;
  const within: TimeBudget['within'] = async (work, signal) => {
    if (left <= 0) return null;
    const over = new AbortController();
    const cancel = clock.after(left, () => over.abort());
    const started = clock.monotonic();
    try {
      return await work(AbortSignal.any([signal, over.signal]));
    } catch (error) {
      if (signal.aborted || !over.signal.aborted) throw error;
      left = 0;
      return null;
    } finally {
      cancel();
      left -= clock.monotonic() - started;
    }
  };
  return { name, within };
}
