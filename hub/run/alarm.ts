import type { Clock } from '../../shared/ports/clock.ts';

/** A timer waits no longer than this: longer ones overflow in timers. */
const longestMs = 24 * 3_600_000;
/** Moments that are over by the clock are looked at again after this long. */
const shortestMs = 100;

/** The next moment at which a pass is due by itself. */
export interface Alarm {
  /** Replaces the moment (milliseconds since the epoch); null = there is none. */
  readonly set: (at: number | null) => void;
  readonly close: () => void;
}

/** An alarm without a moment; `ring` is called at each, once. */
export function createAlarm(clock: Pick<Clock, 'now' | 'after'>, ring: () => void): Alarm {
  let cancel = (): void => undefined;
  const set: Alarm['set'] = (at) => {
    cancel();
    cancel = () => undefined;
    if (at === null) return;
    const wait = at - clock.now();
    cancel = clock.after(Math.min(Math.max(wait, shortestMs), longestMs), () => (wait > longestMs ? set(at) : ring()));
  };
  return { set, close: () => set(null) };
}
