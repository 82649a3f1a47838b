import type { DeliveryStep } from '../../shared/wire/revision.ts';
import type { Delivery } from '../model/delivery.ts';
import { agentRollout, type Rollout } from '../model/agent-steps.ts';
import type { Application } from '../model/documents.ts';
import type { CopyNumbers, ScaleStep } from '../workflow/move.ts';
import { batchesOf, movingSteps, type MovingStep } from '../workflow/moves.ts';
import type { Program } from '../workflow/program.ts';
import { deliveringSteps } from '../workflow/wanted.ts';

/** Numbers the contents of a component: of the revision that serves, and of the one that comes. */
export type NumbersOf = (serving: string, coming: string) => (component: string) => CopyNumbers | null;

/** How the steps of a program move pods and traffic in clusters. */
export interface MovePlan {
  /** How many steps of agents must be over for a step of the workflow to be done; null = its content must run alone. */
  readonly goalOf: (step: string) => number | null;
  /** Why a step cannot be done; null = it can, or moves nothing. */
  readonly faultOf: (step: string) => string | null;
  /**
   * The steps that a cluster is told of, as far as the workflow is; undefined = none lead to the content. `givenBy` is the step that gave it the content;
   * null = it is not known any more.
   */
  readonly rolloutAt: (steps: Delivery['steps'], givenBy: string | null) => Rollout | undefined;
}

/** What a plan of moves is made from. */
export interface MovePlanInput {
  readonly program: Program;
  readonly application: Application;
  readonly numbers: (component: string) => CopyNumbers | null;
}

/** Plans what agents do for the steps of a program: those of the workflow, else the batches of traits. Pure. */
export function movePlanOf({ program, application, numbers }: MovePlanInput): MovePlan {
  const moving = movingSteps(program, { application, numbers });
  const ends = new Map<string, number | null>();
  let count = 0;
  for (const [index, { step, steps }] of moving.entries()) {
    count += steps.length;
    ends.set(step.name, index === moving.length - 1 ? null : count);
  }
  const batches = rolloutOf(batchSteps(application));
  return {
    goalOf: (step) => ends.get(step) ?? null,
    faultOf: (step) => moving.find((one) => one.step.name === step)?.fault ?? null,
    rolloutAt: (records, givenBy) => {
      if (moving.length === 0) return ofPolicy(program, givenBy) ?? batches;
      const reached = moving.slice(0, reachedOf(moving, records));
      const steps = reached.flatMap((one) => one.steps);
      // They go no further by themselves than the workflow is.
      return rolloutOf(reached.length === moving.length ? steps : [...steps, { type: 'pause' }]);
    },
  };
}

/** The steps of the policy that counts for a step. */
function ofPolicy({ steps }: Program, givenBy: string | null): Rollout | undefined {
  const all = deliveringSteps(steps);
  const step = all.find(({ name }) => name === givenBy) ?? all.find(({ rollout }) => rollout?.steps !== undefined);
  return agentRollout(step?.rollout ?? {}, false);
}

/** How many of some steps clusters go through by now: up to the last one that has begun, and through those before it that were skipped. */
function reachedOf(moving: readonly MovingStep[], records: Delivery['steps']): number {
  const phases = moving.map(({ step: { name, identity } }) => {
    const record = records[name];
    return record?.identity === identity ? record.phase : 'pending';
  });
  const open = phases.findIndex((phase) => !begun.has(phase) && phase !== 'skipped');
  return 1 + phases.slice(0, open < 0 ? undefined : open).findLastIndex((phase) => begun.has(phase));
}

const begun: ReadonlySet<string> = new Set(['running', 'succeeded']);

function rolloutOf(steps: readonly DeliveryStep[]): Rollout | undefined {
  return steps.length === 0 ? undefined : { steps, isPaused: false };
}

/** The batches of the traits `rollout` one after the other, then all of it. */
function batchSteps({ spec }: Application): readonly ScaleStep[] {
  const counted = spec.components.flatMap((component) => {
    const batches = batchesOf(component);
    return batches === null ? [] : [{ name: component.name, ...batches }];
  });
  const most = Math.max(0, ...counted.map(({ upTo }) => upTo.length - 1));
  const steps = Array.from({ length: most }, (_, batch) =>
    counted.flatMap(({ name, size, upTo }): readonly ScaleStep[] => {
      const pods = batch < upTo.length - 1 ? upTo[batch] : undefined;
      if (pods === undefined) return [];
      const weight = Math.round((100 * pods) / Math.max(1, size));
      return [{ type: 'scale', replicas: { count: pods }, weight, components: [name] }];
    }),
  );
  return counted.length === 0 ? [] : [...steps.flat(), ...wholeSteps];
}

/** All pods and all traffic to the new copy. */
const wholeSteps: readonly ScaleStep[] = [{ type: 'scale', replicas: { percent: 100 }, weight: 100 }];
