import { isSluiceError } from '../../shared/errors.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';

/** The next try after failures: one timer, ever later while failures go on. */
export interface Retry {
  /** Plans a try after one more failure, at once when another hub was faster, and says in how many milliseconds. */
  readonly plan: (error: Error) => number;
  /** A try worked: the next failure is the first again. */
  readonly reset: () => void;
  readonly cancel: () => void;
}

/** Makes the timer; `run` is called when it ends. */
export function createRetry(
  { clock, random }: { readonly clock: Pick<Clock, 'after'>; readonly random: Random },
  run: () => void,
): Retry {
  let failures = 0;
  let cancel = (): void => undefined;
  return {
    plan: (error) => {
      const wait = isSluiceError(error, 'LEDGER_RACED') ? 0 : backoff(failures++, random);
      cancel();
      cancel = clock.after(wait, run);
      return wait;
    },
    reset: () => {
      failures = 0;
    },
    cancel: () => cancel(),
  };
}
