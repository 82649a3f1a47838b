import { oncePerValue } from '../../shared/lib/memo.ts';
import { annotation } from '../../shared/model/names.ts';
import type { DeliveryStep } from '../../shared/wire/revision.ts';
import type { ApplicationDeployment, RolloutStep } from '../model/documents.ts';
import { analysisCheckOf } from '../model/analysis.ts';
import { durationSeconds } from '../model/duration.ts';
import { percentOf } from '../model/percent.ts';
import type { RenderedApp, Rollout } from '../model/rendered.ts';

/** How long a change may take, and the steps that lead to it. */
export function rolloutIn(
  deployment: ApplicationDeployment | null,
): Pick<RenderedApp, 'progressDeadlineSeconds' | 'rollout'> {
  const text = deployment?.spec.rollout?.progressDeadline ?? '';
  const progressDeadlineSeconds = durationSeconds(text) || defaultDeadline;
  const rollout = deployment === null ? undefined : stepsOf(deployment).of;
  return { progressDeadlineSeconds, ...(rollout !== undefined && { rollout }) };
}

const defaultDeadline = 600;

/** The steps that a document says, as the wire has them; undefined where it says none. Checked documents alone come here. */
const stepsOf = oncePerValue(({ metadata, spec }: ApplicationDeployment): { readonly of: Rollout | undefined } => {
  const { steps = [], keepOld } = spec.rollout ?? {};
  if (steps.length === 0) return { of: undefined };
  const isPaused = metadata.annotations?.[annotation.paused] === 'true';
  const kept = keepOld === undefined ? null : wholeSeconds(keepOld);
  return { of: { steps: steps.flatMap(stepOf), isPaused, ...(kept !== null && { keepOldSeconds: kept }) } };
});

function stepOf(step: RolloutStep): DeliveryStep[] {
  if ('pause' in step) {
    const seconds = typeof step.pause === 'string' ? wholeSeconds(step.pause) : null;
    return [{ type: 'pause', ...(seconds !== null && { seconds }) }];
  }
  if ('analysis' in step) return [{ type: 'analysis', checks: step.analysis.map(analysisCheckOf) }];
  const { replicas, weight } = step;
  const count = typeof replicas === 'number' ? { count: replicas } : { percent: percentOf(replicas) ?? 0 };
  return [{ type: 'scale', replicas: count, ...(weight !== undefined && { weight }) }];
}

function wholeSeconds(text: string): number | null {
  const seconds = durationSeconds(text);
  return seconds === null ? null : Math.max(1, Math.ceil(seconds));
}
