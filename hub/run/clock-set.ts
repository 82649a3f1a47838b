import type { ReceivedReports } from '../collect/reports.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Loop } from './loop.ts';

/** What a clock that is set concerns. */
export interface ClockSetParts {
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'after'>;
  readonly log: Pick<Log, 'warn'>;
  readonly loop: Pick<Loop, 'trigger'>;
  readonly reports: Pick<ReceivedReports, 'clockSet'>;
}

/** How often the two clocks of the machine are compared, and from how much on the wall clock was set, in milliseconds. */
export const clockSet = { everyMs: 10_000, leastMs: 60_000 } as const;

/**
 * Notices, until the signal aborts, that the machine's clock was set by a minute or more (or that the machine slept): reports keep
 * their age, so that no cluster is silent or heard from for it, and a pass finds what is due by the new time.
 */
export function followClock({ clock, log, loop, reports }: ClockSetParts, signal: AbortSignal): void {
  const apart = (): number => clock.now() - clock.monotonic();
  let [last, cancel] = [apart(), (): void => undefined];
  const later = (): void => {
    if (!signal.aborted) cancel = clock.after(clockSet.everyMs, look);
  };
  const look = (): void => {
    const byMs = apart() - last;
    last += byMs;
    if (Math.abs(byMs) >= clockSet.leastMs) {
      log.warn('the clock of this machine was set', { byMs });
      reports.clockSet(byMs, clock.now());
      loop.trigger('due');
    }
    later();
  };
  signal.addEventListener('abort', () => cancel(), { once: true });
  later();
}
