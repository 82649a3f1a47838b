import { backoff, jittered } from '../../shared/lib/backoff.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import { openFreshness } from '../publish/freshness.ts';
import type { PublishDeps } from '../publish/types.ts';
import type { Loop } from './loop.ts';

/** What renewing the freshness lists needs. */
export interface FreshnessParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly loop: Pick<Loop, 'alone'>;
  readonly publishing: PublishDeps;
  /** Called when lists were signed. */
  readonly signed: () => void;
}

/** Longest time between two checks of the lists, in milliseconds. */
const checkMs = 3_600_000;

/** Signs each list when it is due, between passes, until the signal aborts. */
export function renewFreshness(parts: FreshnessParts, signal: AbortSignal): void {
  const { clock, random, log, loop, publishing } = parts;
  const lists = openFreshness(publishing);
  let failures = 0;
  let cancel = (): void => undefined;
  const later = (ms: number) => {
    if (!signal.aborted) cancel = clock.after(ms, () => void renew());
  };
  const renew = async (): Promise<void> => {
    try {
      const due = await loop.alone(async () => {
        // The head is confirmed now: a ledger that another hub has moved on must not vouch for bundles.
        await publishing.confirm?.(0);
        const state = await publishing.store.read();
        const shards = await lists.renew(state);
        if (shards.length > 0) parts.signed();
        return lists.dueAt(state);
      });
      failures = 0;
      const untilDue = due === null ? checkMs : due - clock.now();
      later(jittered(Math.min(checkMs, Math.max(untilDue, 1_000)), random));
    } catch (error) {
      if (signal.aborted) return;
      log.warn('freshness lists could not be signed', { error });
      later(backoff(failures++, random));
    }
  };
  signal.addEventListener('abort', () => cancel(), { once: true });
  void renew();
}
