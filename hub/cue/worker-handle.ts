import type { Clock } from '../../shared/ports/clock.ts';
import type { Evaluated, Source } from './program.ts';
import { startThread, type Thread } from './thread.ts';

/** The worker's answer to a source, or why there is none (too slow, crashed, no time left). */
export type Answer = Evaluated | { readonly stopped: 'timeout' | 'crash' | 'budget' };

/** One worker thread that is replaced when it runs too long, crashes, or grows too big. */
export interface WorkerHandle {
  /** Evaluates sources in order; one answer each. Batches must not overlap. */
  readonly run: (sources: readonly Source[], signal: AbortSignal) => Promise<readonly Answer[]>;
  readonly close: () => Promise<void>;
}

/** Starts the worker; it loads in the background, because that takes half a second. */
export function startWorker(clock: Clock, workerUrl: URL, sourceMs: number): WorkerHandle {
  let thread: Thread | null = startThread(clock, workerUrl, sourceMs);
  let isClosed = false;
  const stop = async (): Promise<void> => {
    const old = thread;
    thread = null;
    await old?.stop();
  };
  const run = async (sources: readonly Source[], signal: AbortSignal): Promise<readonly Answer[]> => {
    const answers: Answer[] = [];
    while (answers.length < sources.length) {
      signal.throwIfAborted();
      thread ??= startThread(clock, workerUrl, sourceMs);
      const used: Thread = thread;
      const wasUsed = used.isUsed();
      const before = answers.length;
      const end = await used.evaluate(sources.slice(before), (answer) => answers.push(answer), signal);
      // What was evaluated before it may be to blame: only a template that crashes a fresh worker is.
      const isBlamed = end === 'timeout' || (end === 'crash' && !wasUsed && answers.length === before);
      if (isBlamed) answers.push({ stopped: end });
      if (end !== 'done') await stop();
      // The next one loads before it is needed.
      if (end === 'full' && !isClosed) thread = startThread(clock, workerUrl, sourceMs);
    }
    return answers;
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await stop();
  };
  return { run, close };
}
