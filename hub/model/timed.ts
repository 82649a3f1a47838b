import { nextTurn } from '../../shared/lib/slices.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Metrics, StageName } from './metrics.ts';

/** Runs a stage and counts the time that it took, also when it throws. Before it all that waits has its turn: many short stages are one long one. */
export async function timed<T>(
  parts: { readonly clock: Pick<Clock, 'monotonic'>; readonly metrics: Pick<Metrics, 'stage'> },
  stage: StageName,
  run: () => T | Promise<T>,
): Promise<T> {
  await nextTurn();
  const started = parts.clock.monotonic();
  try {
    return await run();
  } finally {
    parts.metrics.stage(stage, parts.clock.monotonic() - started);
  }
}
