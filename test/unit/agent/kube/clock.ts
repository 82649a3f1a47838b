import type { Clock } from '../../../../shared/ports/clock.ts';

/** A clock that moves when it is told; every sleep ends at once, moves it, and is remembered. */
export interface InstantClock extends Clock {
  readonly slept: readonly number[];
  readonly advance: (ms: number) => void;
}

/** Starts at 0. */
export function instantClock(): InstantClock {
  let time = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    monotonic: () => time,
    after: () => () => undefined,
    advance: (ms) => {
      time += ms;
    },
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      slept.push(ms);
      time += ms;
      await Promise.resolve();
    },
  };
}
