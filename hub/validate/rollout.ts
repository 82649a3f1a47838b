import type { ApplicationDeployment } from '../model/documents.ts';
import type { Reporter } from '../model/reporter.ts';
import type { RolloutStep } from '../model/rollout.ts';
import { checkDuration, checkSteps } from '../policies/steps.ts';
import { checkWaves } from '../policies/waves.ts';

type RolloutDocument = NonNullable<ApplicationDeployment['spec']['rollout']>;

/** Checks how a deployment goes from one revision to the next. */
export function checkRollout(doc: ApplicationDeployment, reporter: Reporter): void {
  const rollout: RolloutDocument = doc.spec.rollout ?? {};
  const path = ['spec', 'rollout'];
  const { progressDeadline, steps = [] } = rollout;
  if (progressDeadline !== undefined) checkDuration(progressDeadline, [...path, 'progressDeadline'], reporter);
  checkWaves(rollout, path, reporter);
  checkSteps(rollout, path, reporter);
  checkWeights(doc, steps, reporter);
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
