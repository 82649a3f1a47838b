import type { Clock } from '../../shared/ports/clock.ts';
import type { Metrics, StageName } from './metrics.ts';

/** Runs a stage and counts the time that it took, also when it throws. */
export async function timed<T>(
  parts: { readonly clock: Pick<Clock, 'monotonic'>; readonly metrics: Pick<Metrics, 'stage'> },
  stage: StageName,
  run: () => T | Promise<T>,
): Promise<T> {
  const started = parts.clock.monotonic();
  try {
    return await run();
  } finally {
    parts.metrics.stage(stage, parts.clock.monotonic() - started);
  }
}
