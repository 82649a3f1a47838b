import type { Clock } from '../../shared/ports/clock.ts';
import { startThread, type Thread, type ThreadSpec } from './thread.ts';

/** Why there is no answer to a source: it took too long, or too much memory. */
export interface Stopped {
  readonly stopped: 'timeout' | 'crash';
}

/** One worker thread that is replaced when it runs too long, crashes, or grows too big. */
export interface WorkerHandle<Source, Answer> {
  /** Answers sources in order, each of them. Batches must not overlap. */
  readonly run: (sources: readonly Source[], signal: AbortSignal) => Promise<readonly (Answer | Stopped)[]>;
  /** Milliseconds of CPU time that its threads took so far. */
  readonly usedMs: () => Promise<number>;
  /** Ends the thread between batches, to give its memory back; the next batch starts another one. */
  readonly rest: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts the worker; it loads in the background, because that takes up to half a second. */
export function startWorker<Source, Answer>(clock: Clock, spec: ThreadSpec): WorkerHandle<Source, Answer> {
  type Own = Thread<Source, Answer>;
  let thread: Own | null = startThread(clock, spec);
  let isClosed = false;
  let endedMs = 0;
  const stop = async (): Promise<void> => {
    const old = thread;
    thread = null;
    if (old === null) return;
    endedMs += await old.usedMs();
    await old.stop();
  };
  const usedMs = async (): Promise<number> => endedMs + ((await thread?.usedMs()) ?? 0);
  const run: WorkerHandle<Source, Answer>['run'] = async (sources, signal) => {
    const answers: (Answer | Stopped)[] = [];
    while (answers.length < sources.length) {
      signal.throwIfAborted();
      thread ??= startThread(clock, spec);
      const used: Own = thread;
      const wasUsed = used.isUsed();
      const before = answers.length;
      const end = await used.evaluate(sources.slice(before), (answer) => answers.push(answer), signal);
      // What was answered before it may be to blame: only a source that crashes a fresh worker is.
      const isBlamed = end === 'timeout' || (end === 'crash' && !wasUsed && answers.length === before);
      if (isBlamed) answers.push({ stopped: end });
      if (end !== 'done') await stop();
      // The next one loads before it is needed.
      if (end === 'full' && !isClosed) thread = startThread(clock, spec);
    }
    return answers;
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await stop();
  };
  return { run, usedMs, rest: stop, close };
}
