import type { Clock } from '../../shared/ports/clock.ts';
import type { ObjectStore } from '../../shared/ports/objects.ts';
import type { HubKeys } from '../model/keys.ts';
import type { Ledger } from '../model/ledger.ts';

/** What publishing works with. */
export interface PublishDeps {
  readonly ledger: Ledger;
  readonly channel: ObjectStore;
  readonly keys: HubKeys;
  readonly clock: Pick<Clock, 'now'>;
  /** Called with the name of each step just before it is done: tests stop there. */
  readonly onStep?: (step: string) => void;
}

const hour = 3_600_000;

/** How long signatures stay fresh, and when a list is signed again, in milliseconds (channel.md). */
export const freshFor = 72 * hour;
export const renewBelow = 48 * hour;
/** Lists are renewed spread over this time, each at its own moment. */
export const renewSpread = 6 * hour;

/** An instant of the wire. */
export function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
