import type { Application } from '../model/documents.ts';
import type { Gate } from './gates.ts';
import { movingSteps } from './moves.ts';
import type { Program, ProgramStep } from './program.ts';

/**
 * What is wrong with the steps of a program that move pods and traffic inside clusters: something else that moves them, too, an order that
 * cannot be told, an end before the new copy has all of it. Pure.
 */
export function driverFaults(program: Program, application: Application): readonly Gate[] {
  const moving = movingSteps(program, { application, numbers: () => null });
  const last = moving.at(-1);
  const certain = moving.filter(({ step }) => step.condition === null);
  return [
    ...program.steps.flatMap(({ steps }) => steps.filter(isMoving)).map(groupFault),
    ...moving.flatMap(({ step }) => secondDriver(step)),
    ...certain.flatMap(({ step }, index) => goingBack(step, certain[index - 1]?.step)),
    ...(last === undefined || isWhole(last) ? [] : [endFault(last.step)]),
  ];
}

function isMoving({ type }: ProgramStep): boolean {
  return type.moves !== undefined;
}

function groupFault({ name, path, type }: ProgramStep): Gate {
  const message = `${name} is in a group: steps of type ${type.type} are done one after the other`;
  return { path, message, hint: 'write it beside the group' };
}

/** Steps of the workflow act on their whole scope; waves, and steps of a policy, would move the same pods. */
function secondDriver({ name, path, rollout }: ProgramStep): readonly Gate[] {
  if (rollout?.waves === undefined && rollout?.steps === undefined) return [];
  const message = `${name} moves pods and traffic, and so would the waves and steps of the policy of type rollout`;
  return [
    { path, message, hint: 'have either steps of the workflow, or waves with steps in a policy of type rollout' },
  ];
}

/**
 * Batches and shares that were given are not taken back by a step: what an agent has done it does not undo. Of steps with a condition
 * one may run instead of another.
 */
function goingBack(step: ProgramStep, before: ProgramStep | undefined): readonly Gate[] {
  if (before === undefined || before.type !== step.type || step.type.type !== 'canary-rollout') return [];
  const [former, now] = [before, step].map(({ use }) => batchOf(use.properties));
  if (former === undefined || now === undefined || now >= former) return [];
  const message = `${step.name} ends with batch ${now}, and ${before.name} before it with batch ${former}`;
  const path = [...step.path, 'properties', 'batchPartition'];
  return [{ path, message, hint: 'steps go forward: going back is a revert of the commit' }];
}

function batchOf(properties: unknown): number {
  return (properties as { readonly batchPartition?: number }).batchPartition ?? Infinity;
}

function isWhole({ step, steps }: ReturnType<typeof movingSteps>[number]): boolean {
  const { traffic } = (step.use.properties ?? {}) as {
    readonly traffic?: { readonly weightedTargets: readonly { readonly weight: number }[] };
  };
  const shares = (traffic?.weightedTargets ?? []).filter(({ weight }) => weight > 0);
  const isAll = steps.every(({ replicas, weight }) => 'percent' in replicas && weight === 100);
  // Which of the targets is the new copy is not known before it comes.
  return shares.length > 1 ? false : isAll;
}

function endFault({ name, path }: ProgramStep): Gate {
  const message = `after ${name} the new copy has not all pods and all of the traffic, and no step follows that gives it the rest`;
  return { path, message, hint: 'end with rollout-promotion, or with canary-rollout of the last batch and all weight' };
}
