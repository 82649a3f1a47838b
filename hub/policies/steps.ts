import { durationHint } from '../model/duration.ts';
import { percentOf } from '../model/percent.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { RolloutSettings, RolloutStep } from '../model/rollout.ts';
import { checkAnalysis } from './analysis.ts';

/** Checks the steps of a rollout inside each cluster. */
export function checkSteps({ steps = [], keepOld }: RolloutSettings, path: Steps, reporter: Reporter): void {
  if (keepOld !== undefined) checkDuration(keepOld, [...path, 'keepOld'], reporter);
  if (keepOld !== undefined && steps.length === 0) {
    const message = 'keepOld says how long the copy before stays after the last step, and there are no steps';
    reporter.error('DOCUMENT_INVALID', [...path, 'keepOld'], message, 'add steps, or remove keepOld');
  }
  let before = 0;
  for (const [index, step] of steps.entries()) {
    before = checkStep(step, { path: [...path, 'steps', index], before, reporter });
  }
}

interface StepPlace {
  readonly path: Steps;
  /** The weight of the step before. */
  readonly before: number;
  readonly reporter: Reporter;
}

/** Checks a step; answers the weight that holds after it. */
function checkStep(step: RolloutStep, { path, before, reporter }: StepPlace): number {
  if ('analysis' in step) {
    checkAnalysis(step.analysis, [...path, 'analysis'], reporter);
    return before;
  }
  if ('pause' in step) {
    if (typeof step.pause === 'string') checkDuration(step.pause, [...path, 'pause'], reporter);
    return before;
  }
  const { replicas, weight = before } = step;
  const share = typeof replicas === 'string' ? percentOf(replicas) : null;
  if (typeof replicas === 'string' && share === null) {
    const message = `${replicas} is neither a number of pods nor a share of them`;
    reporter.error('DOCUMENT_INVALID', [...path, 'replicas'], message, 'write 3, or 20%');
  }
  if (weight < before) {
    const message = `the weight goes back from ${before} to ${weight}`;
    reporter.error(
      'DOCUMENT_INVALID',
      [...path, 'weight'],
      message,
      'steps go forward: going back is a revert of the commit',
    );
  }
  if (share !== null && share < weight) {
    const message = `${share} % of the pods get ${weight} % of the traffic`;
    reporter.warn('WEIGHTS_INVALID', [...path, 'weight'], message, 'give the step at least as many pods as traffic');
  }
  return weight;
}

/** Whole seconds are the least that an agent counts. */
const form = /^(?:\d+[hms])+$/;

/** Reports what is not a duration. */
export function checkDuration(text: string, path: Steps, reporter: Reporter): void {
  if (form.test(text)) return;
  reporter.error('DOCUMENT_INVALID', path, `${text} is not a duration`, durationHint);
}
