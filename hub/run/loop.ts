import { asSluiceError } from '../../shared/errors.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Changed } from '../model/changes.ts';
import type { Metrics } from '../model/metrics.ts';
import type { State } from '../model/state.ts';
import type { Store, View } from '../model/store.ts';
import type { PassResult } from '../pass.ts';
import { countRows } from '../rows.ts';
import { logLines } from '../../shared/lib/log-line.ts';
import type { Problem } from '../model/source.ts';
import { passLines } from './pass-log.ts';
import { createAlarm } from './alarm.ts';
import { createGroup } from './group.ts';
import { createPassGates } from './pass-gate.ts';
import { createRetry } from './retry.ts';
import { createTidying } from './tidying.ts';
import { mayHaveCommits, type Trigger } from './triggers.ts';
import { createTurns } from '../model/turns.ts';

/** What the loop runs, and the calls that it makes after it. */
export interface LoopParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'pass'>;
  readonly store: Store;
  /** One pass; `look` is true when the config repository may have something new, `isAwaited` while a change waits for it to end. */
  readonly pass: (look: boolean, signal: AbortSignal, isAwaited: () => boolean) => Promise<PassResult>;
  /** Called with every committed state, before its change is answered. */
  readonly onState: (view: View) => void;
  /** Work that is due from time to time after passes, and that nothing waits for. */
  readonly tidy: () => Promise<void>;
  /** Reads what tidying has to know, beside everything else. */
  readonly prepareTidy?: () => Promise<void>;
  /** Called when a pass failed, and with null when one worked again. */
  readonly onFailure: (error: Error | null) => void;
}

/** Runs passes and changes of the state, one at a time. */
export interface Loop {
  /** Starts a pass: at once when none runs, right after the running one otherwise; triggers that wait become one pass. */
  readonly trigger: (trigger: Trigger) => void;
  /**
   * Commits what `apply` makes of the newest state between two passes, with all other changes that wait, and starts a pass;
   * `message` says why, as one line.
   */
  readonly change: <T>(message: string, trigger: Trigger, apply: (state: State) => Changed<T>) => Promise<T>;
  /** Runs something else alone: no pass and no change meanwhile. */
  readonly alone: <T>(run: () => Promise<T>) => Promise<T>;
  /** Resolves when every pass that was triggered so far has ended, but for reports that wait for others. */
  readonly idle: () => Promise<void>;
  /** Starts nothing more, and resolves when what runs has ended. */
  readonly close: () => Promise<void>;
}

/**
 * Makes the loop. Nothing waits for a timer but the retry after a failure, reports after others, and changes of the registry after the pass for others;
 * every other trigger overtakes them.
 */
export function createLoop(parts: LoopParts): Loop {
  const stop = new AbortController();
  const turns = createTurns();
  const gates = createPassGates(parts.clock);
  const tidying = createTidying(parts, turns.take);
  // Every commit leaves a pack, whether a pass publishes something for it or not.
  const group = createGroup({ ...parts, onState: tidying.after(parts.onState), take: turns.take });
  const retry = createRetry(parts, () => trigger('retry'));
  const ended = tellingEnds(parts, retry, stop.signal);
  let waiting: Set<Trigger> | null = null;
  const alarm = createAlarm(parts.clock, () => trigger('due'));
  let told: readonly Problem[] = [];

  const runPass = async (): Promise<void> => {
    const triggers = [...(waiting ?? [])];
    waiting = null;
    gates.begins(triggers);
    const look = mayHaveCommits(triggers);
    if (look) retry.cancel();
    if (stop.signal.aborted) return;
    const order = { triggers, look, told, isAwaited: group.isAwaited };
    const { committed, more, failure, problems, due, tookMs } = await measuredPass(parts, order, stop.signal);
    gates.ended(tookMs);
    told = problems;
    alarm.set(due);
    if (committed) tidying.due();
    if (failure !== null || look) ended(failure);
    if (more) trigger('more');
  };
  const trigger = (reason: Trigger): void => {
    if (waiting === null) gates.ask(reason, () => start(reason));
    else start(reason);
  };
  const start = (reason: Trigger): void => {
    if (waiting === null) void turns.take(runPass);
    waiting = (waiting ?? new Set()).add(reason);
  };
  return {
    trigger,
    alone: turns.take,
    idle: () => {
      gates.hurry();
      return turns.take(() => Promise.resolve());
    },
    change: async (message, reason, apply) => {
      const result = await group.change(message, apply);
      trigger(reason);
      return result;
    },
    close: async () => {
      stop.abort();
      retry.cancel();
      tidying.close();
      gates.close();
      alarm.close();
      await turns.ended();
    },
  };
}

/** Tells how a pass ended that may have had commits to read, and tries again after one that failed. */
function tellingEnds(
  { log, onFailure }: Pick<LoopParts, 'log' | 'onFailure'>,
  retry: ReturnType<typeof createRetry>,
  stopped: AbortSignal,
): (failure: Error | null) => void {
  const sayFailure = sayFailures(log);
  return (failure) => {
    if (stopped.aborted) return;
    if (failure === null) retry.reset();
    sayFailure(failure === null ? null : { error: failure, retryInMs: retry.plan(failure) });
    onFailure(failure);
  };
}

/** Says why passes fail: a host that is down fails each retry in the same way, and is said once until one works (null). */
function sayFailures(log: Log): (failure: { readonly error: Error; readonly retryInMs: number } | null) => void {
  let last = '';
  return (failure) => {
    if (failure !== null) log[last === failure.error.message ? 'debug' : 'warn']('pass failed', { ...failure });
    last = failure?.error.message ?? '';
  };
}

/** How a pass ended, with what the loop does next. */
interface EndedPass {
  readonly committed: boolean;
  readonly more: boolean;
  readonly failure: Error | null;
  /** The problems as they stand after it. */
  readonly problems: readonly Problem[];
  /** The next moment at which a pass is due by itself; null = none is. */
  readonly due: number | null;
  readonly tookMs: number;
}

/** What one pass is run for. */
interface PassOrder {
  readonly triggers: readonly Trigger[];
  readonly look: boolean;
  readonly told: readonly Problem[];
  readonly isAwaited: () => boolean;
}

async function measuredPass(
  { clock, log, metrics, pass, onState }: LoopParts,
  { triggers, look, told, isAwaited }: PassOrder,
  signal: AbortSignal,
): Promise<EndedPass> {
  const started = clock.monotonic();
  const took = () => clock.monotonic() - started;
  try {
    const { kind, state, rows, more, failure, due } = await pass(look, signal, isAwaited);
    onState(state);
    const committed = kind === 'committed';
    metrics.pass(committed ? 'published' : 'unchanged', took());
    if (committed) {
      const fields = { commit: state.source?.commit, ...countRows(rows), ms: Math.round(took()) };
      log.info('pass done', { reasons: triggers, ...fields });
    }
    logLines(log, passLines({ rows, before: told, after: state.problems }));
    return { committed, more, failure, problems: state.problems, due, tookMs: took() };
  } catch (error) {
    metrics.pass('failed', took());
    return { committed: false, more: false, failure: asSluiceError(error), problems: told, due: null, tookMs: took() };
  }
}
