import type { Admission, WaveRecord } from '../model/delivery.ts';
import type { AnalysisEffect, EffectsKnown } from '../model/effect.ts';
import { wavesOf, type Wave } from './members.ts';
import { budgetOf } from './numbers.ts';
import type { WaveProgress } from './progress.ts';
import { frameOf, keptStanding, type Frame } from './kept-standing.ts';
import { byState, countsOf, givenTo, inFlightOf, leftOut, type StandingUnit, type WavesInput } from './standing.ts';
import { heardUntil, type Listening } from './unit.ts';
import { advanceWave } from './wave.ts';
import { refusedWave } from './wave-analysis.ts';

/** What became of the waves of one step. */
export interface WavesOutcome {
  /** Records of waves that changed. */
  readonly waves: Readonly<Record<string, WaveRecord>>;
  readonly admissions: readonly Admission[];
  readonly passed: boolean;
  /** True where more failed than is tolerated: nothing new starts. */
  readonly isOver: boolean;
  /** Why its analysis refused a wave; null = none was. */
  readonly refused: string | null;
  /** Why all that the delivery brought goes back; absent = it does not. */
  readonly back?: string;
  readonly effects: readonly AnalysisEffect[];
  readonly progress: readonly WaveProgress[];
  readonly units: readonly StandingUnit[];
  /** Moments (milliseconds since the epoch) at which it must be looked at again. */
  readonly due: readonly number[];
}

/** Advances the waves of one step by what the newest reports say: level-based, and the same when it is asked twice. Pure. */
export function advanceWaves(input: WavesInput): WavesOutcome {
  const { app, step, delivery, units } = input;
  const waves = wavesOf(app, step, units, delivery.waves).filter((wave) => wave.isNamed || wave.units.length > 0);
  const judged = waves.map((wave) => ({ wave, units: judge(input, wave) }));
  const isOver = judged.some(
    ({ wave, units: own }) =>
      failedOf(own) > budgetOf(wave.settings.maxFailed, wave.units.length) ||
      refusedWave(wave, delivery.waves[wave.key]) !== null,
  );
  const changed: Record<string, WaveRecord> = {};
  const progress: WaveProgress[] = [];
  const due: number[] = [];
  const admissions: Admission[] = [];
  const effects: AnalysisEffect[] = [];
  const refusals: Refusal[] = [];
  // A step that has no cluster at all waits for one.
  let open = judged.length > 0;
  for (const { wave, units: own } of judged) {
    const counts = countsOf(own);
    if (!open) {
      progress.push({ name: wave.name, ...counts, phase: 'pending', waits: '', todo: null, asks: false });
      continue;
    }
    const record = delivery.waves[wave.key];
    const next = advanceWave({ ...input, effects: input.effects ?? nothingKnown, isOver, wave, units: own, record });
    if (next.record !== undefined && next.record !== record) changed[wave.key] = next.record;
    if (next.admission !== null) admissions.push(next.admission);
    due.push(...next.due);
    effects.push(...next.effects);
    const refused = refusedWave(wave, next.record);
    if (refused !== null) refusals.push({ why: `wave ${wave.name}: ${refused}`, onFailure: wave.settings.onFailure });
    progress.push({
      name: wave.name,
      ...counts,
      phase: next.phase,
      waits: next.waits,
      todo: next.todo,
      asks: next.asks,
    });
    open = next.phase === 'passed';
  }
  const all = judged.flatMap(({ units: own }) => own);
  return {
    waves: changed,
    admissions,
    passed: open,
    isOver: isOver || refusals.length > 0,
    ...refusalOf(refusals),
    effects,
    progress,
    units: all,
    due: [
      ...due,
      ...judged.flatMap((one) => lookAgain(one.units, input.listening)),
      ...lookForParts(input, all, admissions.length > 0),
    ],
  };
}

interface Refusal extends Pick<Wave['settings'], 'onFailure'> {
  readonly why: string;
}

function refusalOf(refusals: readonly Refusal[]): Pick<WavesOutcome, 'refused' | 'back'> {
  const back = refusals.find(({ onFailure }) => onFailure === 'rollback');
  return { refused: refusals[0]?.why ?? null, ...(back !== undefined && { back: back.why }) };
}

const nothingKnown: EffectsKnown = { verdict: () => undefined, waits: () => '' };

function judge(input: WavesInput, wave: Wave): readonly StandingUnit[] {
  const { app, delivery, listening, goal = null } = input;
  const record = delivery.waves[wave.key];
  const skipped = leftOut(delivery);
  const frame = frameOf(app, {
    wave: wave.key,
    waveSize: wave.units.length,
    begunAt: record === undefined ? Infinity : Date.parse(record.startedAt),
    wasDone: record?.doneAt !== undefined,
    number: delivery.number,
    content: delivery.content,
    goal,
    ...numbersOf(wave),
    since: listening.since,
    heartbeatMs: listening.heartbeatMs,
  });
  const units = skipped.size === 0 ? wave.units : wave.units.filter(({ cluster }) => !skipped.has(cluster));
  return units.map((unit) => {
    const { admission: given, part } = givenTo(unit, input);
    const back = delivery.back[unit.key] ?? null;
    return keptStanding({ unit, frame, given, part, back }, listening.now);
  });
}

function numbersOf({
  settings: { soakMs, deadlineMs, onFailure },
}: Wave): Pick<Frame, 'soakMs' | 'deadlineMs' | 'onFailure'> {
  return { soakMs, deadlineMs, onFailure };
}

/** After this long a pass looks whether a component was published. */
const publishedMs = 2_000;

function lookAgain(units: readonly StandingUnit[], listening: Listening): readonly number[] {
  const { now, heartbeatMs } = listening;
  const { absent, suspect, waiting } = byState(units);
  const deadlines = inFlightOf(units).flatMap(({ standing: { deadlineAt } }) => deadlineAt ?? []);
  // What is silent may be back with a report that says nothing new.
  const isWaited = absent.length + suspect.length > 0;
  const silent = firstSilence(waiting, listening);
  return [...deadlines, ...(isWaited ? [now + heartbeatMs] : []), ...(silent < Infinity ? [silent] : [])];
}

/** When the first of those whose turn has not come falls silent, if it says nothing more: then it is away, and nothing else would say so. */
function firstSilence(waiting: readonly StandingUnit[], listening: Listening): number {
  let first = Infinity;
  for (const { unit } of waiting) {
    const { reports, report } = unit;
    if (reports && report !== null) first = Math.min(first, heardUntil(report, listening) + 1);
  }
  return first;
}

/** That a component was published, this process alone knows: no report says so where nothing else changed. */
function lookForParts(
  { given, listening }: WavesInput,
  units: readonly StandingUnit[],
  isGiving: boolean,
): readonly number[] {
  if (given === undefined) return [];
  const isBeing = ({ standing: { deadlineAt } }: StandingUnit) => deadlineAt === null;
  return isGiving || byState(units).admitted.some(isBeing) ? [listening.now + publishedMs] : [];
}

function failedOf(units: readonly StandingUnit[]): number {
  return byState(units).failed.filter(({ counts }) => counts).length;
}
