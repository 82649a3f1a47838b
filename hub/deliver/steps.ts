import type { Effect } from '../model/effect.ts';
import type { StepPhase } from '../workflow/step.ts';
import type { StepRecord } from '../model/delivery.ts';
import type { StepMode } from '../model/workflow.ts';
import type { Program, ProgramStep } from '../workflow/program.ts';
import type { StepProgress, WaveProgress } from './progress.ts';
import { isReady } from './ready.ts';
import { endedFacts, statusOf, type ConditionAnswer, type EndedFacts, type StepsKnown } from './step-status.ts';

/** What running one step came to in this pass. */
export interface StepResult {
  readonly phase: StepPhase;
  readonly message: string;
  readonly waves: readonly WaveProgress[];
  readonly due: readonly number[];
  readonly effects?: readonly Effect[];
  /** What other steps take of it, once it ended well. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Why all that the delivery brought goes back; absent = it does not. */
  readonly back?: string;
}

/** How the steps of a program are run: what they do, and what stops new ones. */
export interface StepsInput {
  readonly program: Pick<Program, 'steps' | 'mode'>;
  /** By name, as the delivery has them. */
  readonly records: Readonly<Record<string, StepRecord>>;
  /** ISO time. */
  readonly now: string;
  /** Why no step may begin; null = it may. */
  readonly stopped: string | null;
  /** Runs a step that has none in it: one that has begun, or begins now. */
  readonly run: (step: ProgramStep, record: StepRecord, known: StepsKnown) => StepResult;
  /** Tells whether a step runs that has a condition, and can begin. */
  readonly condition: (step: ProgramStep, known: StepsKnown) => ConditionAnswer;
}

/** What became of the steps. */
export interface StepsOutcome {
  readonly records: Readonly<Record<string, StepRecord>>;
  readonly progress: readonly StepProgress[];
  /** All ended: how; null = not yet. */
  readonly ended: 'succeeded' | 'failed' | null;
  readonly due: readonly number[];
  /** What steps that run want done. */
  readonly effects: readonly Effect[];
}

const endPhases: ReadonlySet<StepPhase> = new Set(['succeeded', 'failed', 'skipped']);

/** Runs the steps of a program as far as they go now, as KubeVela does: level-based, and the same when it is asked twice. Pure. */
export function advanceSteps(input: StepsInput): StepsOutcome {
  const run: Run = {
    input,
    records: { ...input.records },
    progress: new Map(),
    due: [],
    effects: [],
    suspending: false,
  };
  const { steps, mode } = input.program;
  // What has begun is asked first: a step that suspends lets no other one begin, wherever it stands.
  continueAll(run, steps);
  // A step that needs a later one begins once that has ended, in the same pass.
  let begun: number;
  do {
    begun = Object.keys(run.records).length;
    beginAll(run, steps, mode.steps);
  } while (Object.keys(run.records).length > begun);
  const names = new Set(allSteps(steps).map(({ name }) => name));
  const records = Object.fromEntries(Object.entries(run.records).filter(([name]) => names.has(name)));
  const progress = steps.map((step) => progressOf(run, step));
  return { records, progress, ended: endOf(run, steps), due: run.due, effects: run.effects };
}

/** Every step of a program, those of groups included. */
export function allSteps(steps: readonly ProgramStep[]): readonly ProgramStep[] {
  return steps.flatMap((step) => [step, ...allSteps(step.steps)]);
}

interface Run {
  readonly input: StepsInput;
  readonly records: Record<string, StepRecord>;
  readonly progress: Map<string, StepResult>;
  readonly due: number[];
  readonly effects: Effect[];
  suspending: boolean;
}

function recordOf({ records }: Run, { name, identity }: ProgramStep): StepRecord | null {
  const record = records[name];
  // A step that was edited is another one.
  return record?.identity === identity ? record : null;
}

function phaseOf(run: Run, step: ProgramStep): StepPhase {
  return recordOf(run, step)?.phase ?? 'pending';
}

function hasEnded(run: Run, step: ProgramStep): boolean {
  return endPhases.has(phaseOf(run, step));
}

function continueAll(run: Run, steps: readonly ProgramStep[]): void {
  for (const step of steps) {
    const record = recordOf(run, step);
    if (record === null || record.phase === 'skipped' || record.phase === 'failed') continue;
    // Of what has ended well, only what delivers is asked again: for the clusters that come back late.
    if (record.phase === 'succeeded' && step.steps.length === 0 && step.wants.length === 0) continue;
    if (step.steps.length === 0) runStep(run, step, record);
    else {
      continueAll(run, step.steps);
      endLate(run, step, record);
      endGroup(run, step, record);
    }
  }
}

/** Ends the steps of a group that takes too long. */
function endLate(run: Run, group: ProgramStep, record: StepRecord): void {
  const timedOut = endPhases.has(record.phase) ? null : timeoutOf(group, record);
  if (timedOut === null) return;
  const { now } = run.input;
  if (Date.parse(now) < timedOut) {
    run.due.push(timedOut);
    return;
  }
  for (const step of group.steps.filter((one) => !hasEnded(run, one))) {
    const begun = recordOf(run, step);
    const ended = { identity: step.identity, startedAt: begun?.startedAt ?? now, endedAt: now };
    const late = { ...ended, phase: 'failed', message: lateWords(group), isLate: true } as const;
    run.records[step.name] = begun === null ? { ...ended, phase: 'skipped' } : late;
    run.progress.delete(step.name);
  }
  run.suspending = [...run.progress.values()].some(({ phase }) => phase === 'suspending');
}

function lateWords({ timeoutSeconds }: ProgramStep): string {
  return `it took longer than ${timeoutSeconds ?? 0}s`;
}

function beginAll(run: Run, steps: readonly ProgramStep[], mode: StepMode): void {
  for (const [index, step] of steps.entries()) {
    const record = recordOf(run, step);
    if (record === null) {
      const before = mode === 'StepByStep' ? steps.slice(0, index) : [];
      const hasStepEnded = (one: ProgramStep) => hasEnded(run, one);
      if (!isReady(step, { steps: run.input.program.steps, before, hasEnded: hasStepEnded })) continue;
      if (run.suspending || run.input.stopped !== null) continue;
      begin(run, step, steps);
    } else if (step.steps.length > 0 && !endPhases.has(record.phase)) {
      beginAll(run, step.steps, step.mode ?? run.input.program.mode.subSteps);
      endGroup(run, step, record);
    }
  }
}

function begin(run: Run, step: ProgramStep, siblings: readonly ProgramStep[]): void {
  const { now } = run.input;
  const may = mayRun(run, step, siblings);
  if (may === null) return;
  const begun: StepRecord = { identity: step.identity, phase: 'running', startedAt: now };
  if (may !== true) {
    const ended = { ...begun, endedAt: now };
    const message = may === false ? null : `its condition cannot be evaluated: ${may.fault}`;
    run.records[step.name] = message === null ? { ...ended, phase: 'skipped' } : { ...ended, phase: 'failed', message };
    return;
  }
  run.records[step.name] = begun;
  if (step.steps.length === 0) {
    runStep(run, step, begun);
    return;
  }
  const timedOut = timeoutOf(step, begun);
  if (timedOut !== null) run.due.push(timedOut);
  beginAll(run, step.steps, step.mode ?? run.input.program.mode.subSteps);
  endGroup(run, step, begun);
}

function messageOf(run: Run, step: ProgramStep): string {
  return run.progress.get(step.name)?.message ?? recordOf(run, step)?.message ?? '';
}

/** Whether a step runs: without a condition, where nothing failed; null = it cannot be told yet. */
function mayRun(run: Run, step: ProgramStep, siblings: readonly ProgramStep[]): ConditionAnswer {
  if (step.condition === 'always') return true;
  const top = run.input.program.steps;
  if (step.condition === null) return ![...siblings, ...top].some((other) => phaseOf(run, other) === 'failed');
  return run.input.condition(step, knownOf(run));
}

function knownOf(run: Run): StepsKnown {
  const all = allSteps(run.input.program.steps);
  return {
    status: Object.fromEntries(all.map((step) => [step.name, statusOf(recordOf(run, step), messageOf(run, step))])),
    outputs: new Map(all.flatMap((step) => Object.entries(recordOf(run, step)?.outputs ?? {}))),
  };
}

function runStep(run: Run, step: ProgramStep, record: StepRecord): void {
  const { now } = run.input;
  const result = run.input.run(step, record, knownOf(run));
  const timedOut = record.phase === 'succeeded' ? null : timeoutOf(step, record);
  const isLate = timedOut !== null && !endPhases.has(result.phase) && Date.parse(now) >= timedOut;
  const message = isLate ? lateWords(step) : result.message;
  const phase = phaseAfter(record, result, isLate);
  run.progress.set(step.name, { ...result, phase, message });
  run.due.push(...result.due);
  if (timedOut !== null && !endPhases.has(phase)) run.due.push(timedOut);
  if (phase === 'suspending') run.suspending = true;
  if (endPhases.has(phase)) {
    setPhase(run, step, record, { phase, ...endedFacts(step, result.outputs ?? {}, { phase, message, isLate }) });
    return;
  }
  run.effects.push(...(result.effects ?? []));
  setPhase(run, step, record, { phase });
}

function phaseAfter(record: StepRecord, result: StepResult, isLate: boolean): StepPhase {
  // What has ended well is asked again only for the clusters that come back late.
  if (record.phase === 'succeeded') return record.phase;
  return isLate ? 'failed' : result.phase;
}

function timeoutOf({ timeoutSeconds }: ProgramStep, { startedAt }: StepRecord): number | null {
  return timeoutSeconds === null ? null : Date.parse(startedAt) + timeoutSeconds * 1000;
}

function setPhase(
  run: Run,
  { name }: ProgramStep,
  record: StepRecord,
  { phase, ...facts }: { readonly phase: StepPhase } & EndedFacts,
): void {
  if (record.phase === phase && run.records[name] === record) return;
  const ended = endPhases.has(phase) ? { endedAt: record.endedAt ?? run.input.now, ...facts } : {};
  run.records[name] =
    record.phase === phase ? record : { identity: record.identity, phase, startedAt: record.startedAt, ...ended };
}

function endGroup(run: Run, step: ProgramStep, record: StepRecord): void {
  const ended = endOf(run, step.steps);
  const isSuspending = step.steps.some((one) => phaseOf(run, one) === 'suspending');
  setPhase(run, step, record, { phase: ended ?? (isSuspending ? 'suspending' : 'running') });
}

function endOf(run: Run, steps: readonly ProgramStep[]): 'succeeded' | 'failed' | null {
  if (!steps.every((step) => hasEnded(run, step))) return null;
  return steps.some((step) => phaseOf(run, step) === 'failed') ? 'failed' : 'succeeded';
}

function progressOf(run: Run, step: ProgramStep): StepProgress {
  const { waves = [] } = run.progress.get(step.name) ?? {};
  const message = messageOf(run, step);
  const steps = step.steps.map((one) => progressOf(run, one));
  return { name: step.name, type: step.type.type, phase: phaseOf(run, step), message, waves, steps };
}
