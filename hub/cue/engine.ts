import { digestOf } from '../../shared/lib/canonical.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { CrashedTemplates } from '../model/crashed-templates.ts';
import { startSlices, unitsOfBytes } from '../../shared/lib/slices.ts';
import type { KeptAnswers } from '../model/kept-answers.ts';
import type { ThreadSpec } from '../model/thread.ts';
import { startPool } from '../model/worker-pool.ts';
import { createAnswerMemo } from './answer-memo.ts';
import { findingAnswers, type KeyedSource } from './answers.ts';
import { faultsOf, type CueFault } from './fault.ts';
import { workerLimits } from './limits.ts';
import { sourceOf, type Answer, type CueFact, type CueProgram, type Evaluated, type Source } from './program.ts';
import { openTimeBudget, type TimeBudget } from './time-budget.ts';

/** The result of a template: objects (`output`, `outputs`) or changes to them (`patch`, `patchOutputs`). */
export interface CueValue {
  readonly output?: unknown;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly patch?: unknown;
  readonly patchOutputs?: Readonly<Record<string, unknown>>;
  /** What the template itself says is wrong, in words. */
  readonly errs?: unknown;
  /** The JSON Schema of the parameter, where that was asked for. */
  readonly schema?: unknown;
}

/** The outcome of one program: its value, or what is wrong (at least one fault). */
export type CueOutcome =
  | { readonly ok: true; readonly value: CueValue; readonly facts?: readonly CueFact[] }
  | { readonly ok: false; readonly faults: readonly CueFault[] };

/** Evaluates CUE templates: one outcome a program, in order; never throws for the content of a template. */
export interface CueEvaluator {
  readonly evaluate: (programs: readonly CueProgram[], signal: AbortSignal) => Promise<readonly CueOutcome[]>;
}

/** An evaluator without a time budget, and one with a budget for each application. */
export interface CueEngine extends CueEvaluator {
  /** An evaluator whose evaluations take at most 60 s of CPU time in all (RENDER_TIMEOUT beyond); answers of the memo take none. */
  readonly forApplication: (name: string) => CueEvaluator;
  /**
   * Evaluates a program some times and forgets the answers, one by one between real work: code that never ran takes ten
   * times as long. Never throws.
   */
  readonly warm: (program: CueProgram, times: number, signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The engine's ports and settings; `workerUrl` is another place of the worker's file, `memo` the number of answers that it keeps. */
export interface CuePorts {
  readonly clock: Clock;
  readonly workerUrl?: URL;
  readonly memo?: number;
  /** The most workers at once (default: 1). */
  readonly workers?: number;
  /** Answers that were kept before, and where new ones are kept; by default there are none. */
  readonly kept?: KeptAnswers;
  /** Where templates that crash the evaluator are remembered; by default nowhere, for a program that ends soon. */
  readonly crashed?: CrashedTemplates;
  /** Milliseconds that a template may take (default: 5,000). */
  readonly sourceMs?: number;
  /** Milliseconds of CPU time that the templates of an application may take in all (default: 60,000). */
  readonly applicationMs?: number;
  /** Milliseconds without work after which the evaluator's memory is given back (default: 300,000). */
  readonly idleMs?: number;
}

const defaultApplicationMs = 60_000;
const defaultIdleMs = 300_000;

/**
 * Starts the engine: worker threads of its own, each killed after 5 s of CPU time a template and started again, with a memo by the
 * digest of the whole text. Start it early: the evaluator needs some tenths of a second to load.
 */
export function startCueEngine(ports: CuePorts): CueEngine {
  const { clock, kept = keepsNothing, crashed = forgetsCrashes, workers = 1 } = ports;
  const sourceMs = ports.sourceMs ?? workerLimits.sourceMs;
  const pool = startPool<Source, Evaluated>(clock, threadSpec(ports.workerUrl, sourceMs), { most: workers });
  const answersTo = findingAnswers({ pool, memo: createAnswerMemo(ports.memo ?? 4_096, clock), kept, crashed });
  const limits = { sourceMs, applicationMs: ports.applicationMs ?? defaultApplicationMs };
  const slices = startSlices();
  const rest = resting(clock, ports.idleMs ?? defaultIdleMs, () => void pool.rest());

  const evaluator = (budget: TimeBudget | null): CueEvaluator['evaluate'] => {
    return async (programs, signal) => {
      const wanted: KeyedSource[] = [];
      for (const program of programs) {
        const source = keyed(program);
        wanted.push(source);
        await slices.spend(3 + unitsOfBytes(source.source.length));
      }
      rest.later();
      try {
        const answers = await answersTo(wanted, budget, signal);
        return wanted.map(({ key }, index) => outcomeOf(answers.get(key), programs[index], limits));
      } finally {
        // What works cannot rest: its time begins when the work ends.
        rest.later();
      }
    };
  };
  const warm: CueEngine['warm'] = async (program, times, signal) => {
    const source = sourceOf(program);
    for (let done = 0; done < times; done += 1) {
      const isOver = await pool
        .using((run) => run([source], signal))
        .then(
          () => signal.aborted,
          () => true,
        );
      if (isOver) return;
    }
  };
  return {
    evaluate: evaluator(null),
    forApplication: (name) => ({ evaluate: evaluator(openTimeBudget(name, limits.applicationMs, clock)) }),
    warm,
    close: () => {
      rest.never();
      return pool.close();
    },
  };
}

const forgetsCrashes: CrashedTemplates = { has: () => false, add: () => Promise.resolve() };
const keepsNothing: KeptAnswers = { get: () => Promise.resolve(null), keep: () => undefined };

function threadSpec(workerUrl: URL | undefined, sourceMs: number): ThreadSpec {
  const { threadMib, fullBytes, memoryBytes } = workerLimits;
  const url = workerUrl ?? new URL('./worker.ts', import.meta.url);
  return { name: 'the CUE worker', url, sourceMs, threadMib, fullBytes, data: { memoryBytes } };
}

/** Rests some milliseconds after the last call of `later`, or after now. */
function resting(
  clock: Clock,
  ms: number,
  rest: () => void,
): { readonly later: () => void; readonly never: () => void } {
  let cancel = clock.after(ms, rest);
  let isOver = false;
  const later = (): void => {
    cancel();
    if (!isOver) cancel = clock.after(ms, rest);
  };
  const never = (): void => {
    isOver = true;
    cancel();
  };
  return { later, never };
}

function keyed(program: CueProgram): KeyedSource {
  const source = sourceOf(program);
  return { key: digestOf(source), subject: program.subject, source };
}

type Given = Extract<CueOutcome, { readonly ok: true }>;

// Parsed anew each time: callers own their value.
function outcomeOf(
  answer: Answer | undefined,
  program: CueProgram | undefined,
  limits: { sourceMs: number; applicationMs: number },
): CueOutcome {
  if (answer === undefined || program === undefined) return failed('RENDER_FAILED', 'the evaluation gave no answer');
  if ('json' in answer) return { ok: true, ...(JSON.parse(answer.json) as Omit<Given, 'ok'>) };
  if ('faults' in answer) return { ok: false, faults: faultsOf(answer, program) };
  switch (answer.stopped) {
    case 'timeout':
      return failed('RENDER_TIMEOUT', `stopped after ${limits.sourceMs / 1000} s of CPU time`);
    case 'budget':
      return failed('RENDER_TIMEOUT', budgetMessage(limits.applicationMs));
    case 'crash':
      return failed('RENDER_FAILED', crashMessage);
  }
}

function failed(code: CueFault['code'], message: string): CueOutcome {
  return { ok: false, faults: [{ code, message }] };
}

const crashMessage = `the evaluator crashed on this template (it may use ${workerLimits.memoryBytes / 1024 / 1024} MiB); change the template or the properties`;

function budgetMessage(ms: number): string {
  return `the templates of this application took more than ${ms / 1000} s of CPU time in all`;
}
