import { digestOf } from '../../shared/lib/canonical.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { openAllowance, type Allowance } from './time-budget.ts';
import { faultOf, type CueFault } from './fault.ts';
import { startLane, laneLimits, type Answer } from './worker-handle.ts';
import { sourceOf, type CueProgram, type Source } from './program.ts';

/** What a template gave: objects (`output`, `outputs`) or changes to them (`patch`, `patchOutputs`). */
export interface CueValue {
  readonly output?: unknown;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly patch?: unknown;
  readonly patchOutputs?: Readonly<Record<string, unknown>>;
}

/** The outcome of one program. */
export type CueOutcome =
  { readonly ok: true; readonly value: CueValue } | { readonly ok: false; readonly fault: CueFault };

/** Evaluates CUE templates: one outcome a program, in order; never throws for what a template does. */
export interface CueEvaluator {
  readonly evaluate: (programs: readonly CueProgram[], signal: AbortSignal) => Promise<readonly CueOutcome[]>;
}

/** An evaluator without end, and one with limited time for each application. */
export interface CueEngine extends CueEvaluator {
  /** An evaluator whose evaluations take at most 60 s in all (RENDER_TIMEOUT beyond); what is known already takes none. */
  readonly forApplication: (name: string) => CueEvaluator;
  /**
   * Evaluates a program `times` times for nothing, one by one between real work: code that never ran takes ten times as long
   *. Never throws.
   */
  readonly warm: (program: CueProgram, times: number, signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What the engine needs; `workerUrl` is another place of the worker's file (bundles), `memo` the number of outcomes it keeps. */
export interface CuePorts {
  readonly clock: Clock;
  readonly workerUrl?: URL;
  readonly memo?: number;
  /** Milliseconds that a template may take (default: 5,000). */
  readonly sourceMs?: number;
  /** Milliseconds that the templates of an application may take in all (default: 60,000). */
  readonly applicationMs?: number;
}

const defaultApplicationMs = 60_000;

/**
 * Starts the engine: a worker thread of its own, killed after 5 s a template and started again, with a memo by the
 * digest of the whole text. Start it early: the evaluator needs about half a second to load.
 */
export function startCueEngine(ports: CuePorts): CueEngine {
  const sourceMs = ports.sourceMs ?? laneLimits.sourceMs;
  const lane = startLane(ports.clock, ports.workerUrl ?? new URL('./worker.ts', import.meta.url), sourceMs);
  const memo = createMemo(ports.memo ?? 4_096, ports.clock);
  const limits = { sourceMs, applicationMs: ports.applicationMs ?? defaultApplicationMs };
  let tail: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = tail.then(work);
    tail = mine.catch(() => undefined);
    return mine;
  };
  const evaluate: CueEngine['evaluate'] = (programs, signal) => inTurn(() => evaluateNow(programs, signal, null));
  const forApplication: CueEngine['forApplication'] = (name) => {
    const allowance = openAllowance(name, limits.applicationMs, ports.clock);
    return { evaluate: (programs, signal) => inTurn(() => evaluateNow(programs, signal, allowance)) };
  };
  const warm: CueEngine['warm'] = async (program, times, signal) => {
    const source = sourceOf(program);
    for (let done = 0; done < times; done += 1) {
      const isOver = await inTurn(() => lane.run([source], signal)).then(
        () => signal.aborted,
        () => true,
      );
      if (isOver) return;
    }
  };
  const evaluateNow = async (
    programs: readonly CueProgram[],
    signal: AbortSignal,
    allowance: Allowance | null,
  ): Promise<readonly CueOutcome[]> => {
    const wanted = programs.map((program) => keyed(sourceOf(program)));
    const known = new Map<string, Answer>();
    const missing = new Map<string, Source>();
    for (const { key, source } of wanted) {
      const answer = memo.get(key) ?? (allowance === null ? undefined : memo.get(overKey(allowance, key)));
      if (answer === undefined) missing.set(key, source);
      else known.set(key, answer);
    }
    const run = (within: AbortSignal) => lane.run([...missing.values()], within);
    const answers = missing.size === 0 ? [] : await (allowance === null ? run(signal) : allowance.within(run, signal));
    for (const [index, key] of [...missing.keys()].entries()) {
      const answer: Answer | undefined = answers === null ? { stopped: 'over' } : answers[index];
      if (answer === undefined) continue;
      known.set(key, answer);
      memo.set(answers === null && allowance !== null ? overKey(allowance, key) : key, answer);
    }
    return wanted.map(({ key }) => outcomeOf(known.get(key), limits));
  };
  return { evaluate, forApplication, warm, close: lane.close };
}

function keyed(source: Source): { readonly key: string; readonly source: Source } {
  return { key: digestOf(source.value), source };
}

// That an application had no time left for a template says nothing about the template.
function overKey({ name }: Allowance, key: string): string {
  return `${name} ${key}`;
}

// Parsed anew each time: callers own their value.
function outcomeOf(answer: Answer | undefined, limits: { sourceMs: number; applicationMs: number }): CueOutcome {
  if (answer === undefined) return { ok: false, fault: { code: 'RENDER_FAILED', message: 'the evaluation got lost' } };
  if ('json' in answer) return { ok: true, value: (JSON.parse(answer.json) as { r: CueValue }).r };
  if ('fault' in answer) return { ok: false, fault: faultOf(answer) };
  switch (answer.stopped) {
    case 'timeout':
      return { ok: false, fault: { code: 'RENDER_TIMEOUT', message: `stopped after ${limits.sourceMs / 1000} s` } };
    case 'over':
      return { ok: false, fault: { code: 'RENDER_TIMEOUT', message: overMessage(limits.applicationMs) } };
    case 'crash':
      return { ok: false, fault: { code: 'RENDER_FAILED', message: 'the evaluator fell over this template' } };
  }
}

function overMessage(ms: number): string {
  return `the templates of this application took more than ${ms / 1000} s in all`;
}

interface Memo {
  readonly get: (key: string) => Answer | undefined;
  readonly set: (key: string, answer: Answer) => void;
}

// A template that was stopped is tried again after a while: the machine may have been to blame, but every pass must
// not wait for it.
const stoppedForMs = 600_000;

// Least recently used goes first: a Map keeps the order of insertion.
function createMemo(limit: number, clock: Clock): Memo {
  const entries = new Map<string, { readonly answer: Answer; readonly until: number }>();
  const get = (key: string): Answer | undefined => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    entries.delete(key);
    if (clock.monotonic() > entry.until) return undefined;
    entries.set(key, entry);
    return entry.answer;
  };
  const set = (key: string, answer: Answer): void => {
    entries.set(key, { answer, until: 'stopped' in answer ? clock.monotonic() + stoppedForMs : Infinity });
    const [oldest] = entries.keys();
    if (entries.size > limit && oldest !== undefined) entries.delete(oldest);
  };
  return { get, set };
}
