import { deliveryName, type AppDelivery } from '../model/delivery.ts';
import type { DeliveryProgress, StepProgress, UnitLine, WaveCounts, WaveProgress } from './progress.ts';
import { isStepping } from './told.ts';
import { isWell, wordsOf, type DeliveryUnit } from './unit.ts';
import { admissionsOf, byState, countsOf, type StandingUnit } from './standing.ts';
import { overWords } from './wave.ts';

/** What one pass found out of a running delivery. */
export interface RunningFacts {
  readonly standing: readonly StandingUnit[];
  readonly steps: readonly StepProgress[];
  readonly stopped: string | null;
  readonly isOver: boolean;
  /** Why its analysis refused a wave; null = none was. */
  readonly refused: string | null;
  /** The content that waits for its end; null = none does. */
  readonly next: string | null;
}

/** Where a running delivery stands. */
export function runningProgress(record: AppDelivery, facts: RunningFacts): DeliveryProgress {
  const { standing, steps, stopped, isOver, refused, next } = facts;
  const name = deliveryName(record);
  const waits = waitsOf(steps, name, '');
  const first = waits.find(({ text }) => text !== '');
  const phase = isOver ? ('halted' as const) : stopped === null ? ('running' as const) : ('paused' as const);
  const groups = byState(standing);
  const linesOf = (units: readonly StandingUnit[]) =>
    units.map(({ unit, standing: { reason } }): UnitLine => ({ unit: unit.key, reason }));
  return {
    ...headOf(record),
    phase,
    next,
    steps: stoppedSteps(steps, isOver),
    waits: isOver ? (refused ?? overWords) : (stopped ?? first?.text ?? pausedWords(groups.admitted)),
    todo: isOver
      ? `\`sluice-hub rollout retry ${name}${refused === null ? ' CLUSTER' : ''}\`, or \`sluice-hub rollout abort ${name}\``
      : (first?.todo ?? null),
    asks: waits.flatMap(({ asks }) => (asks === null ? [] : [asks])),
    failed: linesOf(groups.failed),
    absent: linesOf(groups.absent),
    held: linesOf(groups.held),
    inSteps: linesOf(groups.admitted.filter(({ unit }) => isStepping(unit))),
    back: backLines(record),
    counts: countsOf(standing),
  };
}

/** Above the budget nothing new starts in any step: those that were advanced before the one that failed say so, too. */
function stoppedSteps(steps: readonly StepProgress[], isOver: boolean): readonly StepProgress[] {
  if (!isOver) return steps;
  const stopped = (wave: WaveProgress): WaveProgress =>
    wave.phase === 'running' && wave.waits === '' ? { ...wave, phase: 'waiting', waits: overWords } : wave;
  return steps.map((step) => ({ ...step, waves: step.waves.map(stopped), steps: stoppedSteps(step.steps, isOver) }));
}

/** Why agents wait at a step of theirs, of the first one that does; empty = none waits. */
function pausedWords(admitted: readonly StandingUnit[]): string {
  const paused = admitted.flatMap(({ unit }) => {
    const { phase, reason = '' } = unit.report?.delivery ?? {};
    return phase === 'paused' && isStepping(unit) ? [`${unit.key}: ${reason}`] : [];
  });
  const [first = ''] = paused;
  return paused.length > 1 ? `${first} (and ${paused.length - 1} more)` : first;
}

/** Where a delivery stands that has ended: what went back, and how many say that they have it: what was away or held comes later. */
export function endedProgress(
  record: AppDelivery,
  { units }: { readonly units: readonly DeliveryUnit[] },
): DeliveryProgress {
  const { last } = record;
  const isBack = last.phase === 'rolled-back' || last.phase === 'aborted';
  const given = admissionsOf(last);
  const name = deliveryName(record);
  const isGone = ({ key }: DeliveryUnit) => (isBack && given.has(key)) || last.back[key] !== undefined;
  // Of most nothing went back, and then there is nothing to ask of each of very many units.
  const gone = isBack || Object.keys(last.back).length > 0 ? units.filter(isGone) : [];
  const confirmed = gone.filter((unit) => isConfirmed(unit, last));
  const done = doneOf(gone.length === 0 ? units : units.filter((unit) => !isGone(unit)), last.content);
  return {
    ...overProgress(record, { total: units.length, done, failed: gone.length }),
    waits: gone.length === 0 ? '' : `${confirmed.length} of ${gone.length} clusters confirmed that they are back`,
    todo: isBack || last.phase === 'failed' ? `\`sluice-hub rollout retry ${name}\`, or push a change` : null,
    failed: confirmed.flatMap(unwellLines),
  };
}

/** Where a delivery stands that is over: how many units there are, and how many of them say that they have it, and went back. */
export function overProgress(
  record: AppDelivery,
  { total, done, failed }: Pick<WaveCounts, 'total' | 'done' | 'failed'>,
): DeliveryProgress {
  const { phase } = record.last;
  const none = { total, done: 0, inFlight: 0, waiting: 0, failed: 0, absent: 0, held: 0 };
  return {
    ...headOf(record),
    phase,
    next: null,
    steps: [],
    waits: '',
    todo: null,
    asks: [],
    failed: [],
    absent: [],
    held: [],
    inSteps: [],
    back: backLines(record),
    counts: phase === 'succeeded' ? { ...none, done, waiting: total - failed - done, failed } : none,
  };
}

/** True where a report says so that came since it was taken back: one of before tells of what it had before. */
function isConfirmed({ key, published, report }: DeliveryUnit, last: AppDelivery['last']): boolean {
  const since = Date.parse(last.back[key]?.at ?? last.endedAt ?? last.startedAt);
  if (published === null || report === null || published.content === last.content) return false;
  return report.applied === published.digest && report.receivedAt > since;
}

/** What is back and not well: nothing moves it by itself any more. */
function unwellLines({ key, report }: DeliveryUnit): readonly UnitLine[] {
  if (report === null || isWell(report) || report.health === 'Progressing') return [];
  return [{ unit: key, reason: `it is back, and ${wordsOf(report, null)}` }];
}

function doneOf(units: readonly DeliveryUnit[], content: string): number {
  let done = 0;
  for (const unit of units) if (hasIt(unit, content)) done += 1;
  return done;
}

/** True where a cluster says that it has a content, or was given it and sends no reports. */
function hasIt({ published, report, reports }: DeliveryUnit, content: string): boolean {
  return published?.content === content && (!reports || report?.applied === published.digest);
}

function headOf(record: AppDelivery) {
  const { content, attempt, startedAt, endedAt = null, reason = '' } = record.last;
  const { app, stable } = record;
  return { app, name: deliveryName(record), content, stable, attempt, startedAt, endedAt, reason };
}

function backLines({ last }: AppDelivery): readonly UnitLine[] {
  return Object.entries(last.back).map(([unit, { reason }]) => ({ unit, reason }));
}

interface Waiting {
  readonly text: string;
  readonly todo: string | null;
  readonly asks: string | null;
}

/** Everything that waits, in the order of the steps. */
function waitsOf(steps: readonly StepProgress[], name: string, before: string): readonly Waiting[] {
  return steps.flatMap((step): readonly Waiting[] => {
    const path = before + step.name;
    const asks = step.phase === 'suspending' && step.steps.length === 0 ? step.name : null;
    const text = step.message === '' ? `step ${path} waits to be resumed` : `step ${path}: ${step.message}`;
    const todo = asks === null ? null : `sluice-hub rollout approve ${name}/${asks}`;
    const own = asks === null ? [] : [{ text, todo, asks }];
    return [...own, ...step.waves.map((wave) => waveWaiting(step.name, wave)), ...waitsOf(step.steps, name, '')];
  });
}

function waveWaiting(step: string, wave: WaveProgress): Waiting {
  const text = wave.waits === '' ? '' : `${step}/${wave.name} waits for ${wave.waits}`;
  return { text, todo: wave.todo, asks: wave.asks ? `${step}/${wave.name}` : null };
}
