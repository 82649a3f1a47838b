import type { Position, StepMode, Verdict } from '../../model/delivery.ts';
import type { BundleDelivery, DeliveryStep } from '../../../shared/wire/revision.ts';
import { jobSeconds } from './jobs.ts';

/** What the next position of a delivery is decided from. */
export interface PositionFacts {
  readonly position: Position;
  readonly delivery: Pick<BundleDelivery, 'action' | 'steps' | 'keepOld'>;
  readonly mode: StepMode;
  /** What the step wants is applied, ready, and has its traffic. */
  readonly isSettled: boolean;
  /** What served is not ready although it had its time, and the new copy has the pods of the step. */
  readonly isAlone: boolean;
  /** It does not come to what the step wants by itself any more. */
  readonly isBlocked: boolean;
  /** Why the new copy failed; null = it did not. */
  readonly failure: string | null;
  readonly verdict: Verdict;
  /** Milliseconds since the last look in which nothing held the delivery. */
  readonly elapsedMs: number;
}

/**
 * The next position of a delivery in a cluster (pure): one step at most. Going back is an edge: what returned goes on only with a
 * higher attempt, and what is done stays so unless the hub asks for what served.
 */
export function nextPosition(facts: PositionFacts): Position {
  const { position, delivery, mode } = facts;
  if (position.returned !== undefined || mode === 'none') return position;
  const why = wayBack(facts);
  if (why !== null) return back(position, why);
  if (position.isDone === true || mode !== 'move' || delivery.action === 'pause') return position;
  return forward(facts);
}

function forward(facts: PositionFacts): Position {
  const { position, delivery } = facts;
  const { length } = delivery.steps;
  if (delivery.action === 'promote' && position.step < length) return { ...position, step: length, waitedMs: 0 };
  const step = delivery.steps[position.step];
  const isAlone = facts.isAlone && step !== undefined;
  if (!facts.isSettled && !isAlone) return position;
  const here = isAlone && position.isAlone !== true ? { ...position, isAlone: true as const } : position;
  return step === undefined ? afterSteps({ ...facts, position: here }) : afterStep({ ...facts, position: here }, step);
}

/** Why a delivery goes back now; null = it does not. What is done goes back by a decision alone. */
function wayBack({ position, delivery, mode, failure, verdict, isBlocked }: PositionFacts): string | null {
  // Nothing was before it: only what comes to nothing itself makes way, and that where it is asked to.
  if (position.isFirst === true && (delivery.action !== 'back' || !isBlocked)) return null;
  if (delivery.action === 'back') return 'the hub asked to go back';
  if (position.isDone === true) return null;
  if (failure !== null) return failure;
  const isAnalysed = delivery.steps[position.step]?.type === 'analysis' && mode === 'move';
  return isAnalysed && verdict.kind === 'failed' ? verdict.why : null;
}

/** Where a step is over, the next one begins. */
function afterStep({ position, elapsedMs, verdict }: PositionFacts, step: DeliveryStep): Position {
  const next = { ...position, step: position.step + 1, waitedMs: 0 };
  if (step.type === 'scale') return next;
  if (step.type === 'analysis') return verdict.kind === 'passed' ? next : asking(position, elapsedMs, step);
  // Without an end it waits for a decision.
  if (step.seconds === undefined) return position;
  return waited(position, elapsedMs, step.seconds) ?? next;
}

/** While its Jobs run, their time counts, and no further than to the end of it. */
function asking(position: Position, elapsedMs: number, step: DeliveryStep): Position {
  const seconds = jobSeconds(step);
  const most = { ...position, waitedMs: seconds * 1_000 };
  return waited(position, elapsedMs, seconds) ?? (position.waitedMs === most.waitedMs ? position : most);
}

function afterSteps({ position, delivery, elapsedMs }: PositionFacts): Position {
  return waited(position, elapsedMs, keepSeconds(delivery, position) ?? 0) ?? { ...position, isDone: true };
}

/** For how long the copy before is kept beside the one that took over; undefined = it is not. What cannot serve is not kept. */
export function keepSeconds(
  { keepOld }: Pick<BundleDelivery, 'keepOld'>,
  { isAlone, isFirst }: Pick<Position, 'isAlone' | 'isFirst'>,
): number | undefined {
  return isAlone === true || isFirst === true ? undefined : keepOld;
}

/** The position while so many seconds are not over yet; null once they are. */
function waited(position: Position, elapsedMs: number, seconds: number): Position | null {
  const waitedMs = position.waitedMs + elapsedMs;
  if (waitedMs >= seconds * 1_000) return null;
  return elapsedMs === 0 ? position : { ...position, waitedMs };
}

function back(position: Position, why: string): Position {
  const { number, attempt, step, totals } = position;
  return { number, attempt, step, totals, waitedMs: 0, returned: why.slice(0, 500) };
}

/** The weight and the replicas that hold at a step: those of the last one that said so. */
export interface Share {
  /** Percent of the traffic that the new copy gets. */
  readonly weight: number;
  /** Of the pods that served, as many the new copy has; null = none were asked for yet. */
  readonly replicas: { readonly percent: number } | { readonly count: number } | null;
  /** A step that counts pods of components by name is a batch: the copy before gives up as many as it adds, whatever its traffic. */
  readonly isCounted: boolean;
}

/** What holds for a component at a step. */
export function shareAt(steps: readonly DeliveryStep[], step: number, component: string): Share {
  let share: Share = { weight: 0, replicas: null, isCounted: false };
  for (const one of steps.slice(0, step + 1)) {
    if (one.type !== 'scale' || one.components?.includes(component) === false) continue;
    const isCounted = one.components !== undefined && 'count' in one.replicas;
    share = { weight: one.weight ?? share.weight, replicas: one.replicas, isCounted };
  }
  return share;
}

/** How many pods the new copy has of those that served; percentages round up. */
export function freshCount({ replicas }: Share, total: number): number {
  if (replicas === null) return 0;
  return 'count' in replicas ? replicas.count : Math.ceil((total * replicas.percent) / 100);
}

/** How many pods the copy before keeps: what the new one has not ready yet, and no less than its share of the traffic. */
export function oldCount(facts: {
  readonly total: number;
  readonly readyFresh: number;
  readonly weight: number;
}): number {
  const { total, readyFresh, weight } = facts;
  return Math.max(0, total - readyFresh, Math.ceil((total * weight) / 100));
}

/** The later of two positions of one delivery: what went back, or was reached, is not undone. */
export function laterPosition(a: Position | null, b: Position | null): Position | null {
  if (a === null || b === null) return a ?? b;
  return compare(a, b) >= 0 ? a : b;
}

function compare(a: Position, b: Position): number {
  const ranks = (one: Position) => [
    one.number,
    one.attempt,
    one.returned === undefined ? 0 : 1,
    one.isDone === true ? 1 : 0,
    one.step,
    one.waitedMs,
  ];
  const [left, right] = [ranks(a), ranks(b)];
  const at = left.findIndex((value, index) => value !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** When the pause that is under way, or the time that the copy before is kept, is over. */
export function dueAt(delivery: BundleDelivery, position: Position | null, at: number): number | null {
  if (position === null || position.returned !== undefined || position.isDone === true) return null;
  const step = delivery.steps[position.step];
  const seconds =
    step === undefined ? keepSeconds(delivery, position) : step.type === 'pause' ? step.seconds : undefined;
  return seconds === undefined ? null : at + Math.max(0, seconds * 1_000 - position.waitedMs);
}
