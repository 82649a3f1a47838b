import { systemClock } from '../../../shared/adapters/clock.ts';
import type { Clock } from '../../../shared/ports/clock.ts';

/** A clock that runs as many times faster as it is told to, from then on; the wall clock stays as it is. */
export function hurriedClock(): { readonly clock: Clock; readonly hurry: (times: number) => void } {
  let since = systemClock.monotonic();
  let [base, rate] = [since, 1];
  const monotonic = (): number => base + (systemClock.monotonic() - since) * rate;
  return {
    clock: {
      now: systemClock.now,
      monotonic,
      after: (ms, run) => systemClock.after(ms / rate, run),
      sleep: (ms, signal) => systemClock.sleep(ms / rate, signal),
    },
    hurry: (times) => {
      base = monotonic();
      since = systemClock.monotonic();
      rate = times;
    },
  };
}

/** A clock whose wall clock is set by so many hours, at once; its timers go on. */
export function setClock(): { readonly clock: Clock; readonly set: (hours: number) => void } {
  let offset = 0;
  return {
    clock: { ...systemClock, now: () => systemClock.now() + offset },
    set: (hours) => (offset = hours * 3_600_000),
  };
}
