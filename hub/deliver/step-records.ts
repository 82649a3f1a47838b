import type { StepRecord } from '../model/delivery.ts';
import type { Program, ProgramStep } from '../workflow/program.ts';
import type { StepPhase } from '../workflow/step.ts';
import { statusOf, type EndedFacts, type StepsKnown } from './step-status.ts';

/** The steps of a program as one pass finds and leaves them. */
export interface StepsFound {
  readonly program: Pick<Program, 'steps' | 'mode'>;
  /** ISO time. */
  readonly now: string;
  /** By name. */
  readonly records: Record<string, StepRecord>;
  /** What steps that were asked in this pass say. */
  readonly progress: ReadonlyMap<string, { readonly message: string }>;
}

export const endPhases: ReadonlySet<StepPhase> = new Set(['succeeded', 'failed', 'skipped']);

/** Every step of a program, those of groups included. */
export function allSteps(steps: readonly ProgramStep[]): readonly ProgramStep[] {
  return steps.flatMap((step) => [step, ...allSteps(step.steps)]);
}

export function recordOf({ records }: Pick<StepsFound, 'records'>, { name, identity }: ProgramStep): StepRecord | null {
  const record = records[name];
  // A step that was edited is another one.
  return record?.identity === identity ? record : null;
}

export function phaseOf(found: Pick<StepsFound, 'records'>, step: ProgramStep): StepPhase {
  return recordOf(found, step)?.phase ?? 'pending';
}

export function hasEnded(found: Pick<StepsFound, 'records'>, step: ProgramStep): boolean {
  return endPhases.has(phaseOf(found, step));
}

export function messageOf(found: Pick<StepsFound, 'records' | 'progress'>, step: ProgramStep): string {
  return found.progress.get(step.name)?.message ?? recordOf(found, step)?.message ?? '';
}

/** True for a failure that counts: what runs because others failed decides nothing. */
export function hasFailed(found: Pick<StepsFound, 'records'>, step: ProgramStep): boolean {
  const record = recordOf(found, step);
  return record?.phase === 'failed' && record.isAfterFailure !== true;
}

/** How some steps ended; null = not all of them have. */
export function endOf(
  found: Pick<StepsFound, 'records'>,
  steps: readonly ProgramStep[],
  fails: (step: ProgramStep) => boolean = (step) => hasFailed(found, step),
): 'succeeded' | 'failed' | null {
  if (!steps.every((step) => hasEnded(found, step))) return null;
  return steps.some(fails) ? 'failed' : 'succeeded';
}

/** What conditions and inputs read of all steps. */
export function knownOf(found: StepsFound): StepsKnown {
  const all = allSteps(found.program.steps);
  return {
    status: Object.fromEntries(all.map((step) => [step.name, statusOf(recordOf(found, step), messageOf(found, step))])),
    outputs: new Map(all.flatMap((step) => Object.entries(recordOf(found, step)?.outputs ?? {}))),
  };
}

/** Writes the phase of a step down; the very same record where it is the same. */
export function setPhase(
  { records, now }: Pick<StepsFound, 'records' | 'now'>,
  { name }: ProgramStep,
  record: StepRecord,
  { phase, ...facts }: { readonly phase: StepPhase } & EndedFacts,
): void {
  if (record.phase === phase && records[name] === record) return;
  if (record.phase === phase) {
    records[name] = record;
    return;
  }
  const { identity, startedAt, isAfterFailure, run } = record;
  const ended = endPhases.has(phase) ? { endedAt: record.endedAt ?? now, ...facts } : {};
  const more = { ...(isAfterFailure === true && { isAfterFailure }), ...(run !== undefined && { run }) };
  records[name] = { identity, phase, startedAt, ...more, ...ended };
}

/** When a step has failed by its timeout (milliseconds since the epoch); null = it has none. */
export function timeoutOf({ timeoutSeconds }: ProgramStep, { startedAt }: StepRecord): number | null {
  return timeoutSeconds === null ? null : Date.parse(startedAt) + timeoutSeconds * 1000;
}

/** True where a step may wait for a person: what its inputs make of it is not known before. */
export function mayAsk({ type: { asks }, use, inputs }: ProgramStep): boolean {
  return asks !== undefined && (inputs.length > 0 || asks(use));
}
