import type { StepOutcome, StepPhase } from '../workflow/step.ts';
import type { StepRecord } from '../model/delivery.ts';
import type { StepMode } from '../model/workflow.ts';
import type { Program, ProgramStep } from '../workflow/program.ts';
import type { StepProgress, WaveProgress } from './progress.ts';

/** What running one step came to in this pass. */
export interface StepResult {
  readonly phase: StepPhase;
  readonly message: string;
  readonly waves: readonly WaveProgress[];
  readonly due: readonly number[];
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
  readonly run: (step: ProgramStep, record: StepRecord) => StepResult;
  /** The value of a condition over the phases of the other steps; null = it cannot be told yet. */
  readonly condition: (step: ProgramStep, phases: ReadonlyMap<string, StepPhase>) => boolean | null;
}

/** What became of the steps. */
export interface StepsOutcome {
  readonly records: Readonly<Record<string, StepRecord>>;
  readonly progress: readonly StepProgress[];
  /** All ended: how; null = not yet. */
  readonly ended: 'succeeded' | 'failed' | null;
  readonly due: readonly number[];
}

const endPhases: ReadonlySet<StepPhase> = new Set(['succeeded', 'failed', 'skipped']);

/** Runs the steps of a program as far as they go now, as KubeVela does: level-based, and the same when it is asked twice. Pure. */
export function advanceSteps(input: StepsInput): StepsOutcome {
  const run: Run = { input, records: { ...input.records }, progress: new Map(), due: [], suspending: false };
  const { steps, mode } = input.program;
  // What has begun is asked first: a step that suspends lets no other one begin, wherever it stands.
  continueAll(run, steps);
  beginAll(run, steps, mode.steps);
  const names = new Set(allSteps(steps).map(({ name }) => name));
  const records = Object.fromEntries(Object.entries(run.records).filter(([name]) => names.has(name)));
  return { records, progress: steps.map((step) => progressOf(run, step)), ended: endOf(run, steps), due: run.due };
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
    if (step.steps.length === 0) runStep(run, step, record);
    else {
      continueAll(run, step.steps);
      endGroup(run, step, record);
    }
  }
}

function beginAll(run: Run, steps: readonly ProgramStep[], mode: StepMode): void {
  for (const [index, step] of steps.entries()) {
    const record = recordOf(run, step);
    if (record === null) {
      if (!isReady(run, step, mode === 'StepByStep' ? steps.slice(0, index) : [], steps)) continue;
      if (run.suspending || run.input.stopped !== null) continue;
      begin(run, step, steps);
    } else if (step.steps.length > 0 && !endPhases.has(record.phase)) {
      beginAll(run, step.steps, run.input.program.mode.subSteps);
      endGroup(run, step, record);
    }
  }
}

function isReady(run: Run, step: ProgramStep, before: readonly ProgramStep[], all: readonly ProgramStep[]): boolean {
  const named = all.filter(({ name }) => step.dependsOn.includes(name));
  const sources = all.filter((other) =>
    step.inputs.some(({ from }) => other.outputs.some(({ name }) => name === from)),
  );
  return [...before, ...named, ...sources].every((other) => hasEnded(run, other));
}

function begin(run: Run, step: ProgramStep, siblings: readonly ProgramStep[]): void {
  const { now } = run.input;
  const may = mayRun(run, step, siblings);
  if (may === null) return;
  const begun: StepRecord = { identity: step.identity, phase: may ? 'running' : 'skipped', startedAt: now };
  run.records[step.name] = may ? begun : { ...begun, endedAt: now };
  if (!may) return;
  if (step.steps.length === 0) {
    runStep(run, step, begun);
    return;
  }
  beginAll(run, step.steps, run.input.program.mode.subSteps);
  endGroup(run, step, begun);
}

/** Whether a step runs: without a condition, where nothing failed; null = it cannot be told yet. */
function mayRun(run: Run, step: ProgramStep, siblings: readonly ProgramStep[]): boolean | null {
  if (step.condition === 'always') return true;
  const top = run.input.program.steps;
  if (step.condition === null) return ![...siblings, ...top].some((other) => phaseOf(run, other) === 'failed');
  const phases = new Map(allSteps(top).map((other) => [other.name, phaseOf(run, other)] as const));
  return run.input.condition(step, phases);
}

function runStep(run: Run, step: ProgramStep, record: StepRecord): void {
  const { now } = run.input;
  const result = run.input.run(step, record);
  const timedOut = timeoutOf(step, record);
  const isLate = timedOut !== null && !endPhases.has(result.phase) && Date.parse(now) >= timedOut;
  const message = isLate ? `it took longer than ${step.timeoutSeconds ?? 0}s` : result.message;
  // What has ended well is asked again only for the clusters that come back late.
  const phase = record.phase === 'succeeded' ? record.phase : isLate ? 'failed' : result.phase;
  run.progress.set(step.name, { ...result, phase, message });
  run.due.push(...result.due);
  if (timedOut !== null && !endPhases.has(phase)) run.due.push(timedOut);
  if (phase === 'suspending') run.suspending = true;
  setPhase(run, step, record, phase);
}

function timeoutOf({ timeoutSeconds }: ProgramStep, { startedAt }: StepRecord): number | null {
  return timeoutSeconds === null ? null : Date.parse(startedAt) + timeoutSeconds * 1000;
}

function setPhase(run: Run, { name }: ProgramStep, record: StepRecord, phase: StepPhase): void {
  if (record.phase === phase && run.records[name] === record) return;
  const ended = endPhases.has(phase) ? { endedAt: record.endedAt ?? run.input.now } : {};
  run.records[name] =
    record.phase === phase ? record : { identity: record.identity, phase, startedAt: record.startedAt, ...ended };
}

function endGroup(run: Run, step: ProgramStep, record: StepRecord): void {
  const ended = endOf(run, step.steps);
  const isSuspending = step.steps.some((one) => phaseOf(run, one) === 'suspending');
  setPhase(run, step, record, ended ?? (isSuspending ? 'suspending' : 'running'));
}

function endOf(run: Run, steps: readonly ProgramStep[]): 'succeeded' | 'failed' | null {
  if (!steps.every((step) => hasEnded(run, step))) return null;
  return steps.some((step) => phaseOf(run, step) === 'failed') ? 'failed' : 'succeeded';
}

function progressOf(run: Run, step: ProgramStep): StepProgress {
  const { message = '', waves = [] } = run.progress.get(step.name) ?? {};
  const steps = step.steps.map((one) => progressOf(run, one));
  return { name: step.name, type: step.type.type, phase: phaseOf(run, step), message, waves, steps };
}

/** The outcome of a step type as the result of a step that delivers nothing. */
export function resultOf({ phase, message, askAt }: Pick<StepOutcome, 'phase' | 'message' | 'askAt'>): StepResult {
  return { phase, message, waves: [], due: askAt === null ? [] : [Date.parse(askAt)] };
}
