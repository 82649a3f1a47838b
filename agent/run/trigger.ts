import type { Clock } from '../../shared/ports/clock.ts';

/** Starts the next pass. */
export interface Trigger {
  /** A change that should be acted on at once. */
  readonly now: () => void;
  /** A change that may come with many others: the watch events of one change start one pass. */
  readonly debounced: () => void;
  /** Resolves at the next change, after `ms` milliseconds, or when the signal aborts; a change since the last call counts. */
  readonly next: (ms: number, signal: AbortSignal) => Promise<void>;
}

const debounceMs = 15;

/** A trigger before the first change. */
export function openTrigger(clock: Clock): Trigger {
  let isFired = false;
  let cancelDebounced: (() => void) | null = null;
  let resolve: (() => void) | null = null;
  const now = () => {
    cancelDebounced?.();
    cancelDebounced = null;
    isFired = true;
    resolve?.();
  };
  return {
    now,
    debounced: () => {
      if (!isFired) cancelDebounced ??= clock.after(debounceMs, now);
    },
    next: async (ms, signal) => {
      if (!isFired && !signal.aborted) {
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
      isFired = false;
    },
  };
}
