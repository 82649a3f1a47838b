import type { Clock } from '../../shared/ports/clock.ts';

/** Time that several pieces of work share. */
export interface Allowance {
  /** Whose time it is. */
  readonly name: string;
  /** Does some work within the time that is left, and answers null when that is over: before, or in the middle. */
  readonly within: <T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T | null>;
}

/** An allowance of some milliseconds; only the time that work takes counts, not the time that it waits for its turn. */
export function openAllowance(name: string, ms: number, clock: Clock): Allowance {
  let left = ms;
  const within: Allowance['within'] = async (work, signal) => {
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
