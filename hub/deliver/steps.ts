import type { Effect } from '../model/effect.ts';
import type { StepPhase } from '../workflow/step.ts';
import type { StepRecord } from '../model/delivery.ts';
import { wavesToApprove } from '../model/rollout.ts';
import type { Program, ProgramStep } from '../workflow/program.ts';
import type { StepProgress, WaveProgress } from './progress.ts';
import { asFailed, failBegun, takeBegun } from './after-failure.ts';
import { isAfterFailure, mayBegin, type BeginFacts, type StepList } from './may-begin.ts';
import { isReady } from './ready.ts';
import { skipSteps } from './skipped.ts';
import {
  allSteps,
  endOf,
  endPhases,
  hasEnded,
  knownOf,
  mayAsk,
  messageOf,
  phaseOf,
  recordOf,
  setPhase,
  timeoutOf,
} from './step-records.ts';
import { endedFacts, type ConditionAnswer, type StepsKnown } from './step-status.ts';

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
  /** True where more of its clusters failed than is tolerated: nothing new starts. */
  readonly isHalted?: boolean;
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
  /** The steps that persons had skipped, with the reason; absent = none. */
  readonly skipped?: ReadonlyMap<string, string>;
  /** Why the delivery was taken back or aborted: what had begun has failed; absent = it runs. */
  readonly closed?: string;
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

/** Runs the steps of a program as far as they go now, as KubeVela does: level-based, and the same when it is asked twice. Pure. */
export function advanceSteps(input: StepsInput): StepsOutcome {
  const run: Run = { ...found(input), input, after: input.closed === undefined ? null : 'end', suspending: false };
  const { steps } = input.program;
  if (input.closed !== undefined) failBegun(run, input.closed);
  if (input.skipped !== undefined) skipSteps(run, steps, input.skipped);
  // What has begun is asked first: a step that suspends lets no other one begin, wherever it stands.
  continueAll(run, steps);
  beginSteps(run);
  if (run.halted.length > 0) beginAfterHalt(run);
  const names = new Set(allSteps(steps).map(({ name }) => name));
  const records = Object.fromEntries(Object.entries(run.records).filter(([name]) => names.has(name)));
  const progress = steps.map((step) => progressOf(run, step));
  return { records, progress, ended: endOf(run, steps), due: run.due, effects: run.effects };
}

interface Run extends BeginFacts {
  readonly input: StepsInput;
  readonly progress: Map<string, StepResult>;
  readonly due: number[];
  readonly effects: Effect[];
  /** Steps of which more clusters failed than is tolerated. */
  readonly halted: ProgramStep[];
  suspending: boolean;
}

function found({ program, records, now, condition }: StepsInput) {
  return { program, now, condition, records: { ...records }, progress: new Map(), due: [], effects: [], halted: [] };
}

function beginSteps(run: Run): void {
  const { steps, mode } = run.program;
  // A step that needs a later one begins once that has ended, in the same pass.
  let begun: number;
  do {
    begun = Object.keys(run.records).length;
    beginAll(run, { steps, mode: mode.steps, group: null });
  } while (Object.keys(run.records).length > begun);
}

/** What has a condition, and delivers nothing, runs as if what is halted had failed: that may go on by itself. */
function beginAfterHalt(run: Run): void {
  const after: Run = { ...run, after: 'halt', halted: [], records: asFailed(run, run.halted) };
  beginSteps(after);
  takeBegun(run, after.records, run.program.steps);
  run.suspending ||= after.suspending;
}

function continueAll(run: Run, steps: readonly ProgramStep[]): void {
  for (const step of steps) {
    const record = recordOf(run, step);
    if (record === null || record.phase === 'skipped' || record.phase === 'failed') continue;
    // Of what has ended well, only what delivers is asked again: for the clusters that come back late.
    if (record.phase === 'succeeded' && step.steps.length === 0 && step.wants.length === 0) continue;
    if (record.phase === 'succeeded' && run.after !== null) continue;
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
  const { now } = run;
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

function inGroup(run: Run, group: ProgramStep): StepList {
  return { steps: group.steps, mode: group.mode ?? run.program.mode.subSteps, group };
}

function beginAll(run: Run, list: StepList): void {
  const { steps, mode } = list;
  for (const [index, step] of steps.entries()) {
    const record = recordOf(run, step);
    if (record === null || isOfHalt(run, list, record)) {
      const before = mode === 'StepByStep' ? steps.slice(0, index) : [];
      const hasStepEnded = (one: ProgramStep) => hasEnded(run, one);
      if (!isReady(step, { steps: run.program.steps, before, hasEnded: hasStepEnded })) continue;
      if (run.suspending || run.halted.length > 0 || run.input.stopped !== null) continue;
      begin(run, step, list);
    } else if (step.steps.length > 0 && !endPhases.has(record.phase)) {
      beginAll(run, inGroup(run, step));
      endGroup(run, step, record);
    }
  }
}

/** True for what ran because the delivery was halted, which it is no more: in its turn it runs again. */
function isOfHalt(run: Run, { group }: StepList, record: StepRecord): boolean {
  return record.isAfterFailure === true && run.after === null && run.halted.length === 0 && !isAfterFailure(run, group);
}

function begin(run: Run, step: ProgramStep, list: StepList): void {
  const { now, records } = run;
  const { identity } = step;
  const former = recordOf(run, step);
  const may = mayBegin(run, step, list);
  if (may === null) return;
  const isAfter = run.after !== null || isAfterFailure(run, list.group);
  const again = former === null ? {} : { run: (former.run ?? 1) + 1 };
  const after = isAfter ? { isAfterFailure: true } : {};
  const begun: StepRecord = { identity, phase: 'running', startedAt: now, ...again, ...after };
  if (may !== true) {
    // What told of a failure that is over has done so.
    if (former === null) records[step.name] = notBegun({ identity, startedAt: now, endedAt: now }, may);
    return;
  }
  records[step.name] = begun;
  if (step.steps.length === 0) {
    runStep(run, step, begun);
    return;
  }
  const timedOut = timeoutOf(step, begun);
  if (timedOut !== null) run.due.push(timedOut);
  beginAll(run, inGroup(run, step));
  endGroup(run, step, begun);
}

/** The record of a step that its condition lets not run. */
function notBegun(ended: Omit<StepRecord, 'phase'>, may: Exclude<ConditionAnswer, true | null>): StepRecord {
  if (may === false) return { ...ended, phase: 'skipped' };
  return { ...ended, phase: 'failed', message: `its condition cannot be evaluated: ${may.fault}` };
}

function runStep(run: Run, step: ProgramStep, record: StepRecord): void {
  const { now } = run;
  const result = run.input.run(step, record, knownOf(run));
  const timedOut = record.phase === 'succeeded' ? null : timeoutOf(step, record);
  const isLate = timedOut !== null && !endPhases.has(result.phase) && Date.parse(now) >= timedOut;
  const message = isLate ? lateWords(step) : result.message;
  const phase = phaseAfter(run, record, result, isLate);
  if (result.isHalted === true) run.halted.push(step);
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

function phaseAfter({ after }: Run, record: StepRecord, result: StepResult, isLate: boolean): StepPhase {
  // What has ended well is asked again only for the clusters that come back late.
  if (record.phase === 'succeeded') return record.phase;
  // No person is waited for where nothing follows.
  if (after === 'end' && result.phase === 'suspending') return 'skipped';
  return isLate ? 'failed' : result.phase;
}

function endGroup(run: Run, step: ProgramStep, record: StepRecord): void {
  const isAfter = record.isAfterFailure === true;
  const ended = endOf(run, step.steps, isAfter ? (one) => phaseOf(run, one) === 'failed' : undefined);
  const isSuspending = step.steps.some((one) => phaseOf(run, one) === 'suspending');
  setPhase(run, step, record, { phase: ended ?? (isSuspending ? 'suspending' : 'running') });
}

function progressOf(run: Run, step: ProgramStep): StepProgress {
  const { waves = [] } = run.progress.get(step.name) ?? {};
  const message = messageOf(run, step);
  const steps = step.steps.map((one) => progressOf(run, one));
  const own = { asks: mayAsk(step), wavesToApprove: step.wants.length === 0 ? [] : wavesToApprove(step.rollout) };
  const moves = step.type.moves !== undefined;
  return { name: step.name, type: step.type.type, phase: phaseOf(run, step), message, moves, ...own, waves, steps };
}
