import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Loop } from './loop.ts';

/** What is done once an hour, and what that needs. */
export interface HourlyParts {
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
  readonly loop: Pick<Loop, 'alone'>;
  readonly run: () => Promise<void>;
}

const hourMs = 3_600_000;

/** Does something once an hour, between passes, until the signal aborts; a failure is logged, and the next time makes up for it. */
export function hourly({ clock, log, loop, run }: HourlyParts, signal: AbortSignal): void {
  let cancel = (): void => undefined;
  const later = (): void => {
    if (!signal.aborted) cancel = clock.after(hourMs, () => void now());
  };
  const now = async (): Promise<void> => {
    await loop.alone(run).catch((error: unknown) => {
      if (!signal.aborted) log.warn('the data folder could not be looked at', { error });
    });
    later();
  };
  signal.addEventListener('abort', () => cancel(), { once: true });
  later();
}
