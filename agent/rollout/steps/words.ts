import type { Position, Stage, StepMode } from '../../model/delivery.ts';
import type { AppPlan } from '../../model/plan.ts';
import type { ReportedDelivery } from '../../../shared/wire/report.ts';
import type { BundleDelivery, DeliveryStep } from '../../../shared/wire/revision.ts';

/** What a delivery is spoken of by. */
interface SaidFacts {
  readonly delivery: BundleDelivery;
  readonly position: Position | null;
  readonly mode: StepMode;
  /** What an analysis cannot judge; null where it can, or there is none. */
  readonly unsure: string | null;
}

/** What is reported of a delivery (pure): where it is, and why it does not go on by itself. */
export function saidOf(facts: SaidFacts): ReportedDelivery {
  const { number, attempt } = facts.delivery;
  return { number, attempt, step: facts.position?.step ?? 0, ...phaseOf(facts) };
}

type Phase = Pick<ReportedDelivery, 'phase' | 'reason'>;

function phaseOf(facts: SaidFacts): Phase {
  const { position } = facts;
  if (position?.returned !== undefined) return { phase: 'returned', reason: position.returned };
  if (position?.isDone === true) return { phase: 'done' };
  const reason = waitOf(facts);
  if (reason !== null) return { phase: 'paused', reason };
  return position === null ? { phase: 'running', reason: 'waits for what served to be seen' } : { phase: 'running' };
}

/** Why it does not go on by itself, or only later; null = it goes on. */
function waitOf({ delivery, position, mode, unsure }: SaidFacts): string | null {
  if (mode !== 'move') return 'held at this site: it goes on when that ends';
  if (delivery.action === 'pause') return 'the hub paused it';
  const step = position === null ? undefined : delivery.steps[position.step];
  if (step?.type === 'pause') return pauseText(step);
  return step?.type === 'analysis' ? unsure : null;
}

function pauseText({ seconds }: Extract<DeliveryStep, { type: 'pause' }>): string {
  return seconds === undefined
    ? 'waits for a decision: `sluice-hub rollout show` says which'
    : `pauses for ${seconds} s`;
}

/** `step 2 of 5 (traffic 10 %)`; after the last one `promotion`. */
export function stepText({ steps }: Pick<BundleDelivery, 'steps'>, at: number): string {
  const step = steps[at];
  if (step === undefined) return 'promotion';
  return `step ${at + 1} of ${steps.length} (${textOf(step)})`;
}

function textOf(step: DeliveryStep): string {
  if (step.type === 'pause') return 'pause';
  if (step.type === 'analysis') return `analysis ${step.checks.map(({ name }) => name).join(', ')}`;
  const pods = 'count' in step.replicas ? `${step.replicas.count}` : `${step.replicas.percent} %`;
  return `pods ${pods}${step.weight === undefined ? '' : `, traffic ${step.weight} %`}`;
}

/** The plan of a stage as it is shown: an application is not settled before its content runs alone, and what went back is blocked. */
export function planOfStage(plan: AppPlan, stage: Stage): AppPlan {
  const { said, position } = stage;
  const times = [plan.deadline, stage.dueAt].filter((at) => at !== null);
  const timed = { ...plan, deadline: times.length === 0 ? null : Math.min(...times) };
  if (position?.isDone === true) return timed;
  if (position?.returned !== undefined) return { ...timed, ...returnedPlan(plan, stage, position.returned) };
  const reason = [whereOf(stage), said.reason, plan.reason]
    .filter((text) => text !== undefined && text !== '')
    .join(': ');
  return { ...timed, phase: plan.phase === 'settled' ? 'shift' : plan.phase, reason };
}

function returnedPlan(plan: AppPlan, stage: Stage, why: string): Partial<AppPlan> {
  const reason = `${stage.wanted.name}#${stage.said.number} went back at ${whereOf(stage)}: ${why}`;
  // While it is on its way back, that is what is shown.
  const isOnItsWay = plan.phase !== 'settled' || (plan.isWaiting && plan.blocked === null);
  if (isOnItsWay) return { reason: `${reason}; ${plan.reason}` };
  // What pods say now is said beside the cause, never in its place.
  return { phase: 'blocked', reason, blocked: { revision: null, what: reason, reason } };
}

function whereOf({ wanted, position }: Stage): string {
  return stepText(wanted.delivery ?? { steps: [] }, position?.step ?? 0);
}
