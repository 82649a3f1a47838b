import { codes, type SluiceError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Metrics } from '../model/metrics.ts';
import { onceAMinute } from './once-a-minute.ts';

/** A request that gave a credential which was refused. */
export interface Refusal {
  readonly error: SluiceError;
  /** The path of its row in the table of routes. */
  readonly route: string;
  /** The address that it came from: a proxy's, where there is one. */
  readonly from: string;
}

/**
 * Counts each, and logs the first at once and the others by the minute. Nothing of what a caller sent is logged: a secret may
 * stand in the wrong place.
 */
export function createRefusals(parts: {
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Pick<Log, 'warn'>;
  readonly metrics: Pick<Metrics, 'refused'>;
}): (refusal: Refusal) => void {
  const { clock, log, metrics } = parts;
  const say = onceAMinute<Refusal>(clock, {
    first: ({ error: { code, message }, route, from }) =>
      log.warn('a credential was refused', { code, reason: message, route, from }),
    more: (more) => log.warn('more credentials were refused', { ...more }),
  });
  return (refusal) => {
    metrics.refused(refusal.route, refusal.error.code);
    say(refusal);
  };
}

/** True for an error that says that a caller is not one who may do this, or not with what was signed at another time. */
export function isRefusal({ code }: Pick<SluiceError, 'code'>): boolean {
  return code === 'CLOCK_SKEW' || codes[code].exit === codes.UNAUTHENTICATED.exit;
}
