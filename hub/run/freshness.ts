import { backoff, jittered } from '../../shared/lib/backoff.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Loop } from './loop.ts';
import type { PublishDeps } from '../publish/types.ts';
import { openFreshness } from '../publish/freshness.ts';

/** What keeping the freshness lists needs. */
export interface FreshParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly loop: Pick<Loop, 'alone'>;
  readonly publishing: PublishDeps;
  /** Called when lists were signed. */
  readonly signed: () => void;
}

/** Longest time between two looks at the lists. */
const lookMs = 3_600_000;

/** Signs all lists at once and each again when it is due, between passes, until the signal aborts. */
export function keepFresh(parts: FreshParts, signal: AbortSignal): void {
  const { clock, random, log, loop, publishing } = parts;
  const keeper = openFreshness(publishing);
  let failures = 0;
  let cancel = (): void => undefined;
  const later = (ms: number, all: boolean) => {
    if (!signal.aborted) cancel = clock.after(ms, () => void renew(all));
  };
  const renew = async (all: boolean): Promise<void> => {
    try {
      const due = await loop.alone(async () => {
        // The head is asked for now: nobody vouches for bundles of a ledger that moved on.
        await publishing.confirm?.(0);
        const state = await publishing.store.read();
        const shards = await keeper.renew(state, { all });
        if (shards.length > 0) parts.signed();
        return keeper.dueAt(state);
      });
      failures = 0;
      const untilDue = due === null ? lookMs : due - clock.now();
      later(jittered(Math.min(lookMs, Math.max(untilDue, 1_000)), random), false);
    } catch (error) {
      if (signal.aborted) return;
      log.warn('freshness lists could not be signed', { error });
      later(backoff(failures++, random), all);
    }
  };
  signal.addEventListener('abort', () => cancel(), { once: true });
  void renew(true);
}
