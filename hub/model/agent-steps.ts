import type { DeliveryStep } from '../../shared/wire/revision.ts';
import { stepCheckOf } from './analysis.ts';
import { durationSeconds } from './duration.ts';
import { percentOf } from './percent.ts';
import type { RolloutSettings, RolloutStep } from './rollout.ts';

/** How a cluster gets to the content, as the document says; the very same value for as long as the document is. */
export interface Rollout {
  readonly steps: readonly DeliveryStep[];
  /** For how long the copy before stays after promotion. */
  readonly keepOldSeconds?: number;
  /** How long a step may take until all of it is ready; absent = as long as any change of the application. */
  readonly deadlineSeconds?: number;
  /** The document says that nothing goes forward now. */
  readonly isPaused: boolean;
}

/** The steps inside a cluster as the wire has them; undefined where there are none. Checked documents alone come here. */
export function agentRollout(
  { steps = [], keepOld, progressDeadline = '' }: Pick<RolloutSettings, 'steps' | 'keepOld' | 'progressDeadline'>,
  isPaused: boolean,
): Rollout | undefined {
  if (steps.length === 0) return undefined;
  const kept = keepOld === undefined ? null : wholeSeconds(keepOld);
  // As for all deadlines, none at all is the usual one.
  const deadlineSeconds = durationSeconds(progressDeadline) === 0 ? null : wholeSeconds(progressDeadline);
  return {
    steps: steps.flatMap(stepOf),
    isPaused,
    ...(kept !== null && { keepOldSeconds: kept }),
    ...(deadlineSeconds !== null && { deadlineSeconds }),
  };
}

function stepOf(step: RolloutStep): DeliveryStep[] {
  if ('pause' in step) {
    const seconds = typeof step.pause === 'string' ? wholeSeconds(step.pause) : null;
    return [{ type: 'pause', ...(seconds !== null && { seconds }) }];
  }
  if ('analysis' in step) return [{ type: 'analysis', checks: step.analysis.map(stepCheckOf) }];
  const { replicas, weight } = step;
  const count = typeof replicas === 'number' ? { count: replicas } : { percent: percentOf(replicas) ?? 0 };
  return [{ type: 'scale', replicas: count, ...(weight !== undefined && { weight }) }];
}

function wholeSeconds(text: string): number | null {
  const seconds = durationSeconds(text);
  return seconds === null ? null : Math.max(1, Math.ceil(seconds));
}
