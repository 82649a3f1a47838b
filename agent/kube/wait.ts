import { SluiceError } from '../../shared/errors.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';

export interface Patience {
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds that one request may spend waiting for a server that answers 429 or 503 with Retry-After. */
  readonly retryBudgetMs: number;
}

/** Waits as long as the server asks, with up to a quarter more so that clients spread; answers the milliseconds spent. */
export async function waitAsAsked(
  seconds: number,
  left: number,
  patience: Patience,
  signal: AbortSignal,
): Promise<number> {
  const asked = Math.max(seconds, 0.1) * 1_000;
  const ms = Math.round(asked * (1 + patience.random() / 4));
  if (ms > left) return Number.POSITIVE_INFINITY;
  try {
    await patience.clock.sleep(ms, signal);
  } catch (error) {
    throw new SluiceError('ABORTED', 'the request was given up while the server asked to wait', {}, error);
  }
  return ms;
}
