import type { StepMode } from '../model/workflow.ts';
import type { ProgramStep } from '../workflow/program.ts';
import { delivers, isDelivering, type Aftermath } from './after-failure.ts';
import { hasFailed, knownOf, phaseOf, recordOf, type StepsFound } from './step-records.ts';
import type { ConditionAnswer, StepsKnown } from './step-status.ts';

/** What tells whether a step begins. */
export interface BeginFacts extends StepsFound {
  /** What has failed, where only what follows from that begins; null = it runs. */
  readonly after: Aftermath | null;
  /** Tells whether a step runs that has a condition, and can begin. */
  readonly condition: (step: ProgramStep, known: StepsKnown) => ConditionAnswer;
}

/** Steps that stand beside one another. */
export interface StepList {
  readonly steps: readonly ProgramStep[];
  readonly mode: StepMode;
  /** The one that they are in; null = they are those of the program. */
  readonly group: ProgramStep | null;
}

/** True for a group that runs because of a failure: so does all that is in it. */
export function isAfterFailure(found: BeginFacts, group: ProgramStep | null): boolean {
  return group !== null && recordOf(found, group)?.isAfterFailure === true;
}

/**
 * Whether a step begins that is ready; null = it cannot be told yet. What delivers waits while the delivery is halted, and is skipped once it was taken
 * back. Pure.
 */
export function mayBegin(found: BeginFacts, step: ProgramStep, list: StepList): ConditionAnswer {
  const may = mayRun(found, step, list);
  if (may !== true) return may;
  if (found.after === 'halt' && delivers(step)) return null;
  return found.after !== 'end' || !isDelivering(step);
}

/** Whether a step runs: without a condition, where nothing failed; null = it cannot be told yet. */
function mayRun(found: BeginFacts, step: ProgramStep, { steps, group }: StepList): ConditionAnswer {
  if (step.condition === 'always') return true;
  if (step.condition !== null) return found.condition(step, knownOf(found));
  // A group that has a condition runs whatever failed outside of it.
  const isOwn = found.after === null ? group !== null && group.condition !== null : isAfterFailure(found, group);
  if (isOwn) return !steps.some((other) => phaseOf(found, other) === 'failed');
  return found.after === null && ![...steps, ...found.program.steps].some((other) => hasFailed(found, other));
}
