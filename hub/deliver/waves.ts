import type { Admission, WaveRecord } from '../model/delivery.ts';
import type { AnalysisEffect, EffectsKnown } from '../model/effect.ts';
import { standingInWave, type KeptWave, type WaveStanding } from './kept-wave.ts';
import type { Wave } from './members.ts';
import { budgetOf } from './numbers.ts';
import type { WaveProgress } from './progress.ts';
import { byState, countsOf, inFlightOf, inOneList, type StandingUnit, type WavesInput } from './standing.ts';
import type { Listening } from './unit.ts';
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
export function advanceWaves(input: WavesInput, kept: Map<string, KeptWave>): WavesOutcome {
  const { delivery } = input;
  const waves = isNowhere(input) ? [] : input.waves.filter((wave) => wave.isNamed || wave.units.length > 0);
  const judged = waves.map((wave) => ({ wave, ...standingInWave(kept, input, wave) }));
  const isOver = judged.some(
    ({ wave, units: own }) =>
      failedOf(own) > budgetOf(wave.settings.maxFailed, wave.units.length) ||
      refusedWave(wave, delivery.waves[wave.key]) !== null,
  );
  const changed: Record<string, WaveRecord> = {};
  const progress: WaveProgress[] = [];
  const due: number[] = [];
  const admissions: Admission[] = [];
  const wanted: AnalysisEffect[] = [];
  const refusals: Refusal[] = [];
  // A step that has no cluster at all waits for one, unless its topologies say that there may be none.
  let open = judged.length > 0 || isNowhere(input);
  for (const { wave, units: own } of judged) {
    const counts = countsOf(own);
    if (!open) {
      progress.push({ name: wave.name, ...counts, phase: 'pending', waits: '', todo: null, asks: false });
      continue;
    }
    const record = delivery.waves[wave.key];
    const others = judged.flatMap(({ units }) => (units === own ? [] : [units]));
    const effects = input.effects ?? nothingKnown;
    const next = advanceWave({ ...input, effects, isOver, wave, units: own, others, giving: admissions, record });
    if (next.record !== undefined && next.record !== record) changed[wave.key] = next.record;
    if (next.admission !== null) admissions.push(next.admission);
    due.push(...next.due);
    wanted.push(...next.effects);
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
  const all = inOneList(judged.map(({ units }) => units));
  return {
    waves: changed,
    admissions,
    passed: open,
    isOver: isOver || refusals.length > 0,
    ...refusalOf(refusals),
    effects: wanted,
    progress,
    units: all,
    due: [
      ...due,
      ...judged.flatMap((one) => lookAgain(one, input.listening)),
      ...lookForParts(input, all, admissions.length > 0),
    ],
  };
}

/** True where a step has no cluster, and may have none. */
function isNowhere({ mayBeEmpty, waves }: WavesInput): boolean {
  return mayBeEmpty === true && waves.every(({ units }) => units.length === 0);
}

interface Refusal extends Pick<Wave['settings'], 'onFailure'> {
  readonly why: string;
}

function refusalOf(refusals: readonly Refusal[]): Pick<WavesOutcome, 'refused' | 'back'> {
  const back = refusals.find(({ onFailure }) => onFailure === 'rollback');
  return { refused: refusals[0]?.why ?? null, ...(back !== undefined && { back: back.why }) };
}

const nothingKnown: EffectsKnown = { verdict: () => undefined, waits: () => '' };

/** After this long a pass looks whether a component was published. */
const publishedMs = 2_000;

function lookAgain({ units, silentAt }: WaveStanding, listening: Listening): readonly number[] {
  const { now, heartbeatMs } = listening;
  const { absent, suspect } = byState(units);
  const deadlines = inFlightOf(units).flatMap(({ standing: { deadlineAt } }) => deadlineAt ?? []);
  // What is silent may be back with a report that says nothing new.
  const isWaited = absent.length + suspect.length > 0;
  return [...deadlines, ...(isWaited ? [now + heartbeatMs] : []), ...(silentAt < Infinity ? [silentAt] : [])];
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
