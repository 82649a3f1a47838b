/** Limits of a backoff, in milliseconds. */
export interface BackoffLimits {
  readonly first: number;
  readonly max: number;
}

/** The default of every retry: 1 s doubling to 5 min. */
export const defaultBackoff: BackoffLimits = { first: 1_000, max: 300_000 };

/** Milliseconds to wait before try `attempt` (from 0), with full jitter: uniform in [0, min(max, first * 2^attempt)]. */
export function backoff(attempt: number, random: () => number, limits: BackoffLimits = defaultBackoff): number {
  const ceiling = Math.min(limits.max, limits.first * 2 ** Math.min(attempt, 52));
  return Math.round(random() * ceiling);
}

/** An interval of milliseconds with +/- 20 % of jitter. */
export function jittered(interval: number, random: () => number): number {
  return Math.round(interval * (0.8 + 0.4 * random()));
}
