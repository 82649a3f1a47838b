import { asSluiceError, isSluiceError } from '../../shared/errors.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Changed } from '../model/changes.ts';
import type { Metrics } from '../model/metrics.ts';
import type { State } from '../model/state.ts';
import type { Store, View } from '../model/store.ts';
import type { PassResult } from '../pass.ts';
import { countRows } from '../rows.ts';

/** Why a pass is wanted. */
export type WakeReason =
  'start' | 'webhook' | 'source' | 'poll' | 'report' | 'registry' | 'approval' | 'more' | 'retry';

/** What the loop runs, and where it tells what happened. */
export interface LoopParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly store: Store;
  /** One pass; `look` says whether the config repository may have something new. */
  readonly pass: (look: boolean, signal: AbortSignal) => Promise<PassResult>;
  /** Called with every committed state, before anybody hears of it. */
  readonly onState: (view: View) => void;
  /** Work that is due from time to time after passes, and that nobody waits for. */
  readonly tidy: () => Promise<void>;
  /** Called when a pass failed, and with null when one worked again. */
  readonly onFailure: (error: Error | null) => void;
}

/** Runs passes and ledger changes, one at a time. */
export interface Loop {
  /** Wants a pass: at once when none runs, right after the running one otherwise; many wishes are one pass. */
  readonly wake: (reason: WakeReason) => void;
  /** Changes the ledger between two passes, and wants a pass after it. */
  readonly change: <T>(message: string, reason: WakeReason, apply: (state: State) => Changed<T>) => Promise<T>;
  /** Runs something else alone: no pass and no change meanwhile. */
  readonly alone: <T>(run: () => Promise<T>) => Promise<T>;
  /** Starts nothing more, and resolves when what runs has ended. */
  readonly close: () => Promise<void>;
}

/** Reasons that say nothing about the config repository. */
const inner: ReadonlySet<WakeReason> = new Set(['report', 'registry', 'approval']);

/** Tidying waits this long after the pass that asked for it, so that it does not meet the next push of a burst. */
const tidyAfterMs = 5_000;
const raceAttempts = 5;

/** Makes the loop. Nothing here waits for a timer but the retry after a failure, and every wake-up overtakes that. */
export function createLoop(parts: LoopParts): Loop {
  const stop = new AbortController();
  let tail: Promise<unknown> = Promise.resolve();
  let wanted: Set<WakeReason> | null = null;
  let failures = 0;
  let cancelRetry = (): void => undefined;
  let cancelTidy: (() => void) | null = null;

  const alone = <T>(run: () => Promise<T>): Promise<T> => {
    const result = tail.then(run);
    tail = result.catch(() => undefined);
    return result;
  };
  const runPass = async (): Promise<void> => {
    const reasons = [...(wanted ?? [])];
    wanted = null;
    const look = reasons.some((reason) => !inner.has(reason));
    if (look) cancelRetry();
    if (stop.signal.aborted) return;
    const started = parts.clock.monotonic();
    const took = () => parts.clock.monotonic() - started;
    try {
      const result = await parts.pass(look, stop.signal);
      parts.onState(result.state);
      parts.metrics.pass(result.kind === 'committed' ? 'published' : 'unchanged', took());
      if (result.kind === 'committed') {
        const fields = {
          reasons,
          commit: result.state.source?.commit,
          ...countRows(result.rows),
          ms: Math.round(took()),
        };
        parts.log.info('pass done', fields);
        cancelTidy ??= parts.clock.after(tidyAfterMs, () => void alone(tidy));
      }
      if (result.failure !== null) failed(result.failure);
      else if (look) worked();
      if (result.more) wake('more');
    } catch (error) {
      parts.metrics.pass('failed', took());
      failed(asSluiceError(error));
    }
  };
  const tidy = async (): Promise<void> => {
    cancelTidy = null;
    await parts.tidy().catch((error: unknown) => parts.log.warn('tidying failed', { error }));
  };
  const worked = (): void => {
    failures = 0;
    parts.onFailure(null);
  };
  const failed = (error: Error): void => {
    if (stop.signal.aborted) return;
    const wait = isSluiceError(error, 'LEDGER_RACED') ? 0 : backoff(failures++, parts.random);
    parts.log.warn('pass failed', { error, retryInMs: wait });
    parts.onFailure(error);
    cancelRetry();
    cancelRetry = parts.clock.after(wait, () => wake('retry'));
  };
  const wake = (reason: WakeReason): void => {
    if (wanted !== null) {
      wanted.add(reason);
      return;
    }
    wanted = new Set([reason]);
    void alone(runPass);
  };
  return {
    wake,
    alone,
    change: (message, reason, apply) =>
      alone(async () => {
        const { view, result } = await changed(parts, message, apply);
        parts.onState(view);
        wake(reason);
        return result;
      }),
    close: async () => {
      stop.abort();
      cancelRetry();
      cancelTidy?.();
      await tail;
    },
  };
}

async function changed<T>(
  { store, clock }: LoopParts,
  message: string,
  apply: (state: State) => Changed<T>,
): Promise<{ readonly view: View; readonly result: T }> {
  for (let attempt = 1; ; attempt++) {
    const view = await store.read();
    const { changes, result } = apply(view);
    try {
      return { view: await store.commit({ base: view.base, changes, message, at: clock.now() }), result };
    } catch (error) {
      if (attempt === raceAttempts || !isSluiceError(error, 'LEDGER_RACED')) throw error;
    }
  }
}
