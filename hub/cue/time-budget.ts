import type { Clock } from '../../shared/ports/clock.ts';
import { whenUsed } from '../model/cpu-time.ts';

/** CPU time that several pieces of work share. */
export interface TimeBudget {
  /** The application that the time belongs to. */
  readonly name: string;
  /**
   * Does some work within the time that is left; null when that is used up, before the work or in the middle of it. `usedMs` says
   * how many milliseconds of CPU time its worker took so far.
   */
  readonly within: <T>(
    work: (signal: AbortSignal) => Promise<T>,
    usedMs: () => Promise<number>,
    signal: AbortSignal,
  ) => Promise<T | null>;
}

/** A budget of some milliseconds of CPU time: neither what work waits for its turn counts, nor what a busy machine lets it wait. */
export function openTimeBudget(name: string, ms: number, clock: Clock): TimeBudget {
  let left = ms;
  const within: TimeBudget['within'] = async (work, usedMs, signal) => {
    if (left <= 0) return null;
    const over = new AbortController();
    const before = await usedMs();
    const used = async (): Promise<number> => (await usedMs()) - before;
    const cancel = whenUsed(clock, left, used, () => over.abort());
    try {
      return await work(AbortSignal.any([signal, over.signal]));
    } catch (error) {
      if (signal.aborted || !over.signal.aborted) throw error;
      left = 0;
      return null;
    } finally {
      cancel();
      left -= await used();
    }
  };
  return { name, within };
}
