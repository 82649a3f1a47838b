import type { Admission, WaveRecord } from '../model/delivery.ts';
import type { AnalysisEffect, EffectsKnown } from '../model/effect.ts';
import { admissible, noneAdmissible, type Admissible } from './admission.ts';
import type { Wave } from './members.ts';
import { budgetOf } from './numbers.ts';
import type { WaveProgress } from './progress.ts';
import { analysisOf, refusedWave } from './wave-analysis.ts';
import { byState, countsOf, decisionsOf, type StandingUnit, type WavesInput } from './standing.ts';

/** What advancing one wave reads: it is the turn of this wave, or it has passed before. */
export interface WaveInput extends Omit<WavesInput, 'waves'> {
  readonly effects: EffectsKnown;
  /** More failed than is tolerated: nothing new starts. */
  readonly isOver: boolean;
  readonly wave: Wave;
  readonly units: readonly StandingUnit[];
  /** Those of the other waves of its step. */
  readonly others: readonly (readonly StandingUnit[])[];
  /** What those are given in this pass: it is not in the delivery yet. */
  readonly giving: readonly Admission[];
  /** Undefined = it has not begun. */
  readonly record: WaveRecord | undefined;
}

/** What became of one wave. */
export interface WaveOutcome extends Pick<WaveProgress, 'phase' | 'waits' | 'todo' | 'asks'> {
  readonly record: WaveRecord | undefined;
  readonly admission: Admission | null;
  readonly due: readonly number[];
  /** What is asked of servers before it is over. */
  readonly effects: readonly AnalysisEffect[];
}

/** Why nothing new starts. */
export const overWords = 'more clusters failed than it tolerates';
const nothing = { admission: null, due: [], waits: '', todo: null, asks: false, effects: [] } as const;

/** Begins a wave where nothing stands in the way, gives its content to as many clusters as have a slot, and ends it. Pure. */
export function advanceWave(input: WaveInput): WaveOutcome {
  const { record, wave, listening } = input;
  const gate = record === undefined ? gateOf(input) : null;
  if (gate !== null) return { ...nothing, record, phase: 'waiting', ...gate };
  const at = new Date(listening.now).toISOString();
  const begun = begunRecord(record ?? { startedAt: at }, wave);
  const stopped = stopOf(input);
  const chosen = stopped.why === null ? admissible(input) : noneAdmissible;
  if (chosen.units.length > 0) return admitting(chosen, { at, begun, key: wave.key });
  const due = [...chosen.askAt, ...stopped.due];
  if (begun.passedAt !== undefined) return { ...nothing, record: begun, phase: 'passed', due };
  const passed = passing(input, begun, at);
  const now = { ...passed, due: [...passed.due, ...due] };
  if (waitsForBudget(input, stopped, passed))
    return stoppedWave(input, { ...now, record: begun, asks: false }, overWords);
  if (passed.phase !== 'running') return now;
  if (chosen.waits !== '')
    return { ...now, phase: 'waiting', waits: chosen.waits, todo: `${retryWords(input)} CLUSTER` };
  return stopped.why === null ? now : stoppedWave(input, now, stopped.why);
}

/** Above the budget it does not end well, and to let it pass would help nothing: what comes after waits for the budget, too. */
function waitsForBudget({ isOver }: WaveInput, { why }: Stop, { phase, asks }: WaveOutcome): boolean {
  return phase === 'passed' ? isOver : asks && why === overWords;
}

/** The very same where it has the clusters that it began with. */
function begunRecord(record: WaveRecord, { cutoff }: Wave): WaveRecord {
  return cutoff === null || record.cutoff === cutoff ? record : { ...record, cutoff };
}

function stoppedWave(input: WaveInput, now: WaveOutcome, waits: string): WaveOutcome {
  return { ...now, phase: input.isOver ? 'halted' : 'waiting', waits, todo: input.isOver ? retryWords(input) : null };
}

interface Begun {
  readonly at: string;
  readonly begun: WaveRecord;
  readonly key: string;
}

function admitting({ units, unhealthy }: Admissible, { at, begun, key }: Begun): WaveOutcome {
  const admission = { at, wave: key, units, ...(unhealthy.length === 0 ? {} : { unhealthy }) };
  // Those that come back late hold up no later wave.
  const phase = begun.passedAt === undefined ? 'running' : 'passed';
  return { ...nothing, record: begun, admission, phase };
}

type Gate = Partial<Pick<WaveOutcome, 'waits' | 'todo' | 'asks' | 'due'>>;

/** What must be there before a wave begins; null = it may begin. */
function gateOf(input: WaveInput): Gate | null {
  const { wave, units, name } = input;
  const isApproved = isApprovedWave(input);
  const asks = { todo: `sluice-hub rollout approve ${name}/${wave.key}`, asks: true };
  const { why, due } = stopOf(input);
  if (wave.units.length === 0) return wave.settings.mayBeEmpty || isNamedInApproval(input) ? null : emptyGate(input);
  if (units.length > 0 && wave.settings.needsApproval && !isApproved) {
    return { waits: `an approval of wave ${wave.name}`, ...asks };
  }
  if (why !== null) return { waits: why, due, todo: input.isOver ? retryWords(input) : null };
  return null;
}

function emptyGate({ wave, name }: WaveInput): Required<Pick<Gate, 'waits' | 'todo' | 'asks'>> {
  const waits = `a cluster (WAVE_EMPTY: none is in wave ${wave.name})`;
  return { waits, todo: `sluice-hub rollout approve ${name}/${wave.key}`, asks: true };
}

/** Why nothing may start now, and when that may change. */
interface Stop {
  readonly why: string | null;
  readonly due: readonly number[];
}

function stopOf({ isOver, stopped, wave, window }: WaveInput): Stop {
  if (isOver) return { why: overWords, due: [] };
  if (stopped !== null) return { why: stopped, due: [] };
  const state = wave.settings.window === undefined ? { isOpen: true, until: null } : window(wave.settings.window);
  if (state.isOpen) return { why: null, due: state.until === null ? [] : [state.until] };
  // By what cannot be read, or by no day that comes.
  if (state.until === null) return { why: 'its window, which never opens', due: [] };
  return { why: 'its window to open', due: [state.until] };
}

function retryWords({ name }: WaveInput): string {
  return `sluice-hub rollout retry ${name}`;
}

function isApprovedWave(input: WaveInput): boolean {
  const { approved, step } = input;
  return approved.some((name) => name === '' || name === step.name) || isNamedInApproval(input);
}

/** Whether a person approved this very wave: to have approved the delivery, or the step, tells nothing of what one wave lacks. */
function isNamedInApproval({ delivery, approved, wave }: WaveInput): boolean {
  return approved.includes(wave.key) || decisionsOf(delivery, 'approve').some(({ on }) => on === wave.key);
}

/** Whether a person lets a wave pass without a cluster that is done: to have approved that it begins is not that. */
function isLetPass(input: WaveInput, { startedAt }: WaveRecord): boolean {
  const { wave, delivery } = input;
  if (!wave.settings.needsApproval) return isNamedInApproval(input);
  return decisionsOf(delivery, 'approve').some(({ on, at }) => on === wave.key && at > startedAt);
}

/** Whether a wave is over: nothing waits or is in flight, enough is done, and for as long as its soak. */
function passing(input: WaveInput, record: WaveRecord, at: string): WaveOutcome {
  const { wave, units } = input;
  const counts = countsOf(units);
  const running: WaveOutcome = { ...nothing, record, phase: 'running' };
  const refused = refusedWave(wave, record);
  if (refused !== null) return halted(input, record, refused);
  if (counts.waiting > 0 || counts.inFlight > 0) return running;
  // What it had has left since it began: nothing of it is evidence.
  const isEmptied = wave.units.length === 0 && !wave.settings.mayBeEmpty && !isLetPass(input, record);
  if (isEmptied) return { ...running, phase: 'waiting', ...emptyGate(input) };
  if (units.length === 0) return { ...nothing, record: { ...record, passedAt: at }, phase: 'passed' };
  const missing = units.filter((one) => isMissing(one)).length;
  if (missing > budgetOf(wave.settings.maxAbsent, wave.units.length)) {
    return { ...running, phase: 'waiting', waits: `${missing} clusters that are away` };
  }
  const { done } = byState(units);
  if (done.length === 0 && !isLetPass(input, record)) {
    const todo = `sluice-hub rollout approve ${input.name}/${wave.key}`;
    return { ...running, phase: 'waiting', waits: 'the first cluster that is done', todo, asks: true };
  }
  return proving(input, { ...record, doneAt: record.doneAt ?? at }, { at, before: record });
}

/** What is done soaks, and is analysed meanwhile. */
function proving(
  input: WaveInput,
  marked: WaveRecord,
  { at, before }: { readonly at: string; readonly before: WaveRecord },
): WaveOutcome {
  const { wave, units, listening } = input;
  const left = byState(units).done.reduce(
    (most, { standing }) => Math.max(most, wave.settings.soakMs - standing.healthyMs),
    0,
  );
  const analysis = analysisOf({ wave, name: input.name, attempt: input.delivery.attempt, effects: input.effects });
  if (analysis.refused !== null) return halted(input, { ...marked, refused: analysis.refused }, analysis.refused);
  const { effects } = analysis;
  if (left === 0 && analysis.passed) {
    return { ...nothing, record: { ...marked, passedAt: at }, phase: 'passed', effects };
  }
  const record = before.doneAt === undefined ? marked : before;
  const now: WaveOutcome = { ...nothing, record, phase: 'running', effects };
  if (left === 0) return { ...now, waits: analysis.waits };
  // The next report tells of the time since the last one.
  return { ...now, due: [listening.now + Math.max(left, 1_000)], waits: soakWords(left) };
}

function halted(input: WaveInput, record: WaveRecord, waits: string): WaveOutcome {
  return { ...nothing, record, phase: 'halted', waits, todo: retryWords(input) };
}

/** What sends no reports passes with time, and is not away. */
function isMissing({ unit, standing, counts }: StandingUnit): boolean {
  return (standing.state === 'absent' && unit.reports) || (standing.state === 'failed' && !counts);
}

function soakWords(ms: number): string {
  return `the end of its soak: reports have to say that it is healthy for ${Math.ceil(ms / 1000)}s more`;
}
