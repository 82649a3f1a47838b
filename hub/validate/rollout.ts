import type { ApplicationDeployment, RolloutStep } from '../model/documents.ts';
import { durationHint } from '../model/duration.ts';
import { percentOf } from '../model/percent.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { checkAnalysis } from '../policies/analysis.ts';
import { checkWaves } from '../policies/waves.ts';

type RolloutDocument = NonNullable<ApplicationDeployment['spec']['rollout']>;

/** Checks how a deployment goes from one revision to the next. */
export function checkRollout(doc: ApplicationDeployment, reporter: Reporter): void {
  const rollout: RolloutDocument = doc.spec.rollout ?? {};
  const { steps = [], keepOld } = rollout;
  for (const field of ['progressDeadline', 'keepOld'] as const) {
    const text = rollout[field];
    if (text !== undefined) checkDuration(text, ['spec', 'rollout', field], reporter);
  }
  if (keepOld !== undefined && steps.length === 0) {
    const message = 'keepOld says how long the copy before stays after the last step, and there are no steps';
    reporter.error('DOCUMENT_INVALID', ['spec', 'rollout', 'keepOld'], message, 'add steps, or remove keepOld');
  }
  checkWaves(rollout, ['spec', 'rollout'], reporter);
  let before = 0;
  for (const [index, step] of steps.entries()) {
    const path = ['spec', 'rollout', 'steps', index];
    before = checkStep(step, { path, before, reporter });
  }
  checkWeights(doc, steps, reporter);
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

/** Weights of steps need weights of traffic. */
function checkWeights(doc: ApplicationDeployment, steps: readonly RolloutStep[], reporter: Reporter): void {
  const { provider } = doc.spec.traffic ?? {};
  const at = steps.findIndex((step) => 'weight' in step && step.weight !== undefined && step.weight < 100);
  if (at < 0 || (provider !== undefined && provider !== 'ingress' && provider !== 'none')) return;
  const message = 'no traffic is led by weights here: it moves with promotion, and the step moves pods alone';
  const path = ['spec', 'rollout', 'steps', at, 'weight'];
  reporter.warn('WEIGHTS_INVALID', path, message, 'use istio or gateway-api, or leave the weight out');
}

/** Whole seconds are the least that an agent counts. */
const form = /^(?:\d+[hms])+$/;

function checkDuration(text: string, path: Steps, reporter: Reporter): void {
  if (form.test(text)) return;
  reporter.error('DOCUMENT_INVALID', path, `${text} is not a duration`, durationHint);
}
