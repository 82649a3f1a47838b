import type { AppDelivery, StepRecord } from '../model/delivery.ts';
import type { JsonMap } from '../model/json-map.ts';
import type { ProgramStep } from '../workflow/program.ts';
import type { StepOutcome } from '../workflow/step.ts';
import type { ApplicationInput, DeliveryWords } from './input.ts';
import { failedWords } from './going-back.ts';
import { nothingKept } from './kept-delivery.ts';
import { membersNow } from './kept-members.ts';
import { givenParts } from './parts.ts';
import type { WaveProgress } from './progress.ts';
import { hasBrought } from './skipped.ts';
import type { WavesInput } from './standing.ts';
import { broughtAfter } from './step-objects.ts';
import { askStep, decisionsOn, type StepFacts } from './step-run.ts';
import type { StepsKnown } from './step-status.ts';
import type { StepResult } from './steps.ts';
import { advanceWaves, type WavesOutcome } from './waves.ts';

/** What became of one step in this pass. */
export interface RunStep {
  readonly result: StepResult;
  readonly waves: WavesOutcome | null;
  /** What the step brings beside components. */
  readonly objects?: readonly JsonMap[] | undefined;
}

/** A step that has begun, or begins now. */
export interface StepNow {
  readonly step: ProgramStep;
  readonly at: StepRecord;
  readonly known: StepsKnown;
  readonly name: string;
  readonly stopped: string | null;
  /** True once the delivery was taken back or aborted: nothing is brought to clusters any more. */
  readonly isClosing?: boolean;
}

/** Runs one step: asks its type, and goes over its clusters where it delivers. Pure. */
export function runStep(
  input: ApplicationInput,
  record: AppDelivery,
  { step, at, known, name, stopped, isClosing }: StepNow,
): RunStep {
  const { application, words, listening, world } = input;
  const now = new Date(listening.now).toISOString();
  const isApprovedInGit = approvedIn(words, name).some((word) => word === '' || word === step.name);
  const brought = broughtBy(record, step);
  const facts: StepFacts = { ...world, application, record, step, at, known, now, isApprovedInGit, brought };
  const { outcome, result, ending: withOutputs } = askStep(facts);
  if (outcome === null || !delivers(step, outcome)) return { result, waves: null };
  if (isClosing === true) return { result: tooLate(result), waves: null };
  const fault = faultOf(input, record, step) ?? refusedWords(record, step);
  if (fault !== null) return { result: { ...result, phase: 'failed', message: fault }, waves: null };
  const { units, localCluster, kept = nothingKept() } = input;
  const place = { app: record.app, step, units, localCluster, begun: record.last.waves };
  const said: WavesInput = {
    app: record.app,
    name,
    step,
    parallelism: parallelismOf(outcome),
    delivery: record.last,
    waves: membersNow(kept.members, place),
    mayBeEmpty: step.wants.every(({ scope }) => scope.mayBeEmpty === true),
    given: givenParts(input.program, record),
    listening,
    stopped,
    approved: approvedIn(words, name),
    window: input.window,
    effects: world.effects,
    goal: input.moves?.goalOf(step.name) ?? null,
  };
  const waves = advanceWaves(said, kept.waves);
  if (step.type.decides === true) return decided(facts, waves);
  const phase = waves.passed ? ('succeeded' as const) : ('running' as const);
  const own = { phase, message: wordsOf(waves), due: waves.due, effects: waves.effects, ...goingOf(waves) };
  return { result: withOutputs(own), waves, objects: outcome.objects };
}

/** What a step brought in this delivery: what is recorded of an earlier one is not meant. */
function broughtBy({ last, objects }: AppDelivery, { name }: ProgramStep): readonly JsonMap[] {
  return hasBrought(last, name) ? (objects?.[name] ?? []) : [];
}

/** True for a step that brings something to clusters now. */
function delivers({ type, wants }: ProgramStep, { phase, objects = [] }: StepOutcome): boolean {
  if (wants.length === 0 || phase === 'suspending' || phase === 'failed') return false;
  return type.decides !== true || objects.length > 0;
}

function tooLate(result: StepResult): StepResult {
  return { ...result, phase: 'failed', message: 'it brings objects, and nothing is delivered any more' };
}

function parallelismOf({ wants }: StepOutcome): number | null {
  return wants.find(({ parallelism }) => parallelism !== null)?.parallelism ?? null;
}

/** Why a step cannot be done in clusters; null = it can. */
function faultOf({ moves }: ApplicationInput, { last }: AppDelivery, { name, type }: ProgramStep): string | null {
  if (type.goesBack === true && last.document === undefined) return 'there is nothing to go back to';
  return moves?.faultOf(name) ?? null;
}

/** Who refused a wave of a step, and why: the step has failed; null = no person did. */
function refusedWords({ last }: AppDelivery, { name }: ProgramStep): string | null {
  const refused = decisionsOn((on) => on.startsWith(`${name}/`), last).find(({ verdict }) => verdict === 'refuse');
  if (refused === undefined) return null;
  const { on = '', by, reason } = refused;
  return `its wave ${on.slice(name.length + 1)} was refused by ${by}${reason === '' ? '' : `: ${reason}`}`;
}

/** A step that decides itself when it is over: it is asked again with what its cluster says of what it brought. */
function decided(facts: StepFacts, waves: WavesOutcome): RunStep {
  const isDelivered = waves.passed && waves.units.every(({ standing: { state } }) => state === 'done');
  const { outcome, result } = askStep({ ...facts, cluster: waves.units[0]?.unit.cluster ?? '', isDelivered });
  const phase = isDelivered ? result.phase : ('running' as const);
  const message = result.message === '' ? doneWords(waves.progress) : result.message;
  const due = [...waves.due, ...result.due];
  return {
    result: {
      ...result,
      phase,
      message,
      due,
      effects: [...(result.effects ?? []), ...waves.effects],
      ...goingOf(waves),
    },
    waves,
    objects: objectsOf(outcome, facts, phase),
  };
}

/** What a step brings by now: what it does not come to in this pass stays until it has ended well. */
function objectsOf(
  outcome: StepOutcome | null,
  { record, step }: StepFacts,
  phase: StepResult['phase'],
): readonly JsonMap[] | undefined {
  const before = record.objects?.[step.name] ?? [];
  if (outcome === null) return before;
  const { objects = [] } = outcome;
  return phase === 'succeeded' ? objects : broughtAfter(before, objects);
}

function goingOf({ progress, isOver, back }: WavesOutcome): Pick<StepResult, 'waves' | 'isHalted' | 'back'> {
  return { waves: progress, isHalted: isOver, ...(back !== undefined && { back }) };
}

function wordsOf({ isOver, refused, units, progress }: WavesOutcome): string {
  if (refused !== null) return refused;
  return isOver
    ? failedWords(units.filter(({ standing: { state }, counts }) => counts && state === 'failed'))
    : doneWords(progress);
}

function doneWords(waves: readonly WaveProgress[]): string {
  const sum = (of: 'done' | 'total') => waves.reduce((all, wave) => all + wave[of], 0);
  return `${sum('done')} of ${sum('total')} clusters are done`;
}

function approvedIn({ approved }: DeliveryWords, name: string): readonly string[] {
  const names = approved.split(/[\s,]+/).filter((word) => word === name || word.startsWith(`${name}/`));
  return names.map((word) => word.slice(name.length + 1));
}
