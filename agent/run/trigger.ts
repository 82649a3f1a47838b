import type { Clock } from '../../shared/ports/clock.ts';

/** What starts the next pass. */
export interface Waker {
  /** Something that should be acted on at once. */
  readonly now: () => void;
  /** Something that may come in a crowd: watch events of one change are taken together. */
  readonly soon: () => void;
  /** Resolves when woken, after `ms` milliseconds, or when the signal aborts; a wake that came before counts. */
  readonly next: (ms: number, signal: AbortSignal) => Promise<void>;
}

const crowdMs = 15;

/** A waker that nothing has woken yet. */
export function openWaker(clock: Clock): Waker {
  let isWoken = false;
  let cancelSoon: (() => void) | null = null;
  let resolve: (() => void) | null = null;
  const now = () => {
    cancelSoon?.();
    cancelSoon = null;
    isWoken = true;
    resolve?.();
  };
  return {
    now,
    soon: () => {
      if (!isWoken) cancelSoon ??= clock.after(crowdMs, now);
    },
    next: async (ms, signal) => {
      if (!isWoken && !signal.aborted) {
        await new Promise<void>((done) => {
          const finish = () => {
            cancel();
            signal.removeEventListener('abort', finish);
            done();
          };
          const cancel = clock.after(ms, finish);
          resolve = finish;
          signal.addEventListener('abort', finish, { once: true });
        });
        resolve = null;
      }
      isWoken = false;
    },
  };
}
