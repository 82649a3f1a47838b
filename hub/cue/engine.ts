import { digestOf } from '../../shared/lib/canonical.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { CrashedTemplates } from '../model/crashed-templates.ts';
import { startSlices, unitsOfBytes } from '../../shared/lib/slices.ts';
import { startWorker, type WorkerHandle } from '../model/worker-handle.ts';
import { createAnswerMemo, type AnswerMemo } from './answer-memo.ts';
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
  /** An evaluator whose evaluations take at most 60 s in all (RENDER_TIMEOUT beyond); answers of the memo take none. */
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
  /** Where templates that crash the evaluator are remembered; by default nowhere, for a program that ends soon. */
  readonly crashed?: CrashedTemplates;
  /** Milliseconds that a template may take (default: 5,000). */
  readonly sourceMs?: number;
  /** Milliseconds that the templates of an application may take in all (default: 60,000). */
  readonly applicationMs?: number;
  /** Milliseconds without work after which the evaluator's memory is given back (default: 300,000). */
  readonly idleMs?: number;
}

const defaultApplicationMs = 60_000;
const defaultIdleMs = 300_000;

/**
 * Starts the engine: a worker thread of its own, killed after 5 s a template and started again, with a memo by the
 * digest of the whole text. Start it early: the evaluator needs some tenths of a second to load.
 */
export function startCueEngine(ports: CuePorts): CueEngine {
  const sourceMs = ports.sourceMs ?? workerLimits.sourceMs;
  const worker = startWorker<Source, Evaluated>(ports.clock, {
    name: 'the CUE worker',
    url: ports.workerUrl ?? new URL('./worker.ts', import.meta.url),
    sourceMs,
    threadMib: workerLimits.threadMib,
    fullBytes: workerLimits.fullBytes,
    data: { memoryBytes: workerLimits.memoryBytes },
  });
  const memo = createAnswerMemo(ports.memo ?? 4_096, ports.clock);
  const limits = { sourceMs, applicationMs: ports.applicationMs ?? defaultApplicationMs };
  const crashed = ports.crashed ?? { has: () => false, add: () => Promise.resolve() };
  const slices = startSlices();
  let tail: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = tail.then(work);
    tail = mine.catch(() => undefined);
    return mine;
  };
  const rest = resting(ports.clock, ports.idleMs ?? defaultIdleMs, () => void inTurn(worker.rest));
  const evaluator = (budget: TimeBudget | null): CueEvaluator['evaluate'] => {
    return (programs, signal) =>
      inTurn(async () => {
        const wanted: KeyedSource[] = [];
        for (const program of programs) {
          const source = keyed(program);
          wanted.push(source);
          await slices.spend(3 + unitsOfBytes(source.source.length));
        }
        rest.later();
        const answers = await answersOf({ worker, memo, crashed, budget }, wanted, signal);
        return wanted.map(({ key }, index) => outcomeOf(answers.get(key), programs[index], limits));
      });
  };
  const warm: CueEngine['warm'] = async (program, times, signal) => {
    const source = sourceOf(program);
    for (let done = 0; done < times; done += 1) {
      const isOver = await inTurn(() => worker.run([source], signal)).then(
        () => signal.aborted,
        () => true,
      );
      if (isOver) return;
    }
  };
  return {
    evaluate: evaluator(null),
    forApplication: (name) => ({ evaluate: evaluator(openTimeBudget(name, limits.applicationMs, ports.clock)) }),
    warm,
    close: () => {
      rest.never();
      return worker.close();
    },
  };
}

/** Rests some milliseconds after the last call of `later`, or after now. */
function resting(
  clock: Clock,
  ms: number,
  rest: () => void,
): { readonly later: () => void; readonly never: () => void } {
  let never = clock.after(ms, rest);
  const later = (): void => {
    never();
    never = clock.after(ms, rest);
  };
  return { later, never: () => never() };
}

interface KeyedSource {
  readonly key: string;
  readonly subject: string;
  readonly source: Source;
}

interface AnswerParts {
  readonly worker: WorkerHandle<Source, Evaluated>;
  readonly memo: AnswerMemo;
  readonly crashed: CrashedTemplates;
  readonly budget: TimeBudget | null;
}

/** The answers to some sources by key: from the memo, and for the rest from the worker within the budget. */
async function answersOf(
  parts: AnswerParts,
  wanted: readonly KeyedSource[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Answer>> {
  const { worker, memo, crashed, budget } = parts;
  const answers = new Map<string, Answer>();
  const missing = new Map<string, KeyedSource>();
  for (const one of wanted) {
    const answer = knownAnswer(parts, one.key);
    if (answer === undefined) missing.set(one.key, one);
    else answers.set(one.key, answer);
  }
  if (missing.size === 0) return answers;
  const sources = [...missing.values()].map(({ source }) => source);
  const run = (within: AbortSignal) => worker.run(sources, within);
  const given = await (budget === null ? run(signal) : budget.within(run, signal));
  for (const [index, { key, subject }] of [...missing.values()].entries()) {
    const answer: Answer | undefined = given === null ? { stopped: 'budget' } : given[index];
    if (answer === undefined) continue;
    answers.set(key, answer);
    if (isCrash(answer)) await crashed.add(key, subject);
    memo.set(given === null && budget !== null ? budgetKey(budget, key) : key, answer);
  }
  return answers;
}

function knownAnswer({ memo, crashed, budget }: AnswerParts, key: string): Answer | undefined {
  if (crashed.has(key)) return { stopped: 'crash' };
  return memo.get(key) ?? (budget === null ? undefined : memo.get(budgetKey(budget, key)));
}

function isCrash(answer: Answer): boolean {
  return 'stopped' in answer && answer.stopped === 'crash';
}

function keyed(program: CueProgram): KeyedSource {
  const source = sourceOf(program);
  return { key: digestOf(source), subject: program.subject, source };
}

// An application that had no time left says nothing about the template: the key names the application, too.
function budgetKey({ name }: TimeBudget, key: string): string {
  return `${name} ${key}`;
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
      return failed('RENDER_TIMEOUT', `stopped after ${limits.sourceMs / 1000} s`);
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
  return `the templates of this application took more than ${ms / 1000} s in all`;
}
