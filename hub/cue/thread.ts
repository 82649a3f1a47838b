import { Worker } from 'node:worker_threads';
import { SluiceError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Evaluated, Source } from './program.ts';

/**
 * Limits of the worker: milliseconds a source, milliseconds to start, bytes of its memory before it is replaced, the most that it can
 * ever have (a template that needs more crashes it), and MiB of the thread around it. The hub's chart gives 1 GiB for all.
 */
export const workerLimits = {
  sourceMs: 5_000,
  startMs: 60_000,
  fullBytes: 160 * 1024 * 1024,
  memoryBytes: 256 * 1024 * 1024,
  threadMib: 160,
} as const;

/** How a batch ended: with an answer to each source, or early, because the worker is full, too slow, has crashed, or was aborted. */
export type End = 'done' | 'full' | 'timeout' | 'crash' | 'aborted';

/** A worker thread that evaluates batches of sources, one batch at a time. */
export interface Thread {
  /** Throws UNAVAILABLE when the worker does not start. */
  readonly evaluate: (
    sources: readonly Source[],
    onAnswer: (answer: Evaluated) => void,
    signal: AbortSignal,
  ) => Promise<End>;
  readonly stop: () => Promise<void>;
  /** True once it answered something: what it holds of that counts against its limits. */
  readonly isUsed: () => boolean;
}

interface Answer {
  readonly answer: Evaluated;
  readonly heapBytes: number;
}
type Message = Answer | 'ready';

/** Starts the thread; sources that are sent before it is ready wait for it. */
export function startThread(clock: Clock, url: URL, sourceMs: number): Thread {
  const thread = new Worker(url, {
    workerData: { memoryBytes: workerLimits.memoryBytes },
    resourceLimits: { maxOldGenerationSizeMb: workerLimits.threadMib },
    // An evaluator that crashes prints pages of its inside.
    stdout: true,
    stderr: true,
  });
  thread.stdout.resume();
  thread.stderr.resume();
  thread.unref();
  const state: ThreadState = { isReady: false, isUsed: false, fault: null };
  let batch: Batch | null = null;
  thread.on('message', (message: Message) => {
    if (message === 'ready') state.isReady = true;
    else state.isUsed = true;
    batch?.take(message);
  });
  thread.on('error', (error: Error) => {
    state.fault = error;
    batch?.fail();
  });
  thread.on('exit', () => {
    state.fault ??= new Error('the CUE worker ended');
    batch?.fail();
  });

  const evaluate: Thread['evaluate'] = (sources, onAnswer, signal) => {
    const mine = openBatch({ state, clock, sourceMs, count: sources.length, onAnswer });
    const abort = (): void => mine.finish('aborted');
    batch = mine;
    signal.addEventListener('abort', abort, { once: true });
    thread.ref();
    if (state.fault !== null) mine.fail();
    else {
      mine.restartClock();
      thread.postMessage(sources);
    }
    return mine.end.finally(() => {
      batch = null;
      signal.removeEventListener('abort', abort);
      thread.unref();
    });
  };
  const stop = async (): Promise<void> => {
    await thread.terminate();
  };
  return { evaluate, stop, isUsed: () => state.isUsed };
}

interface ThreadState {
  isReady: boolean;
  isUsed: boolean;
  /** Why the thread ended; null while it runs. */
  fault: Error | null;
}

/** A batch that is being evaluated. */
interface Batch {
  readonly end: Promise<End>;
  /** Gives the next message its full time: that of a source, or that of the start. */
  readonly restartClock: () => void;
  readonly take: (message: Message) => void;
  /** Ends the batch because the thread ended. */
  readonly fail: () => void;
  readonly finish: (end: End) => void;
}

interface BatchOptions {
  readonly state: Readonly<ThreadState>;
  readonly clock: Clock;
  readonly sourceMs: number;
  readonly count: number;
  readonly onAnswer: (answer: Evaluated) => void;
}

function openBatch({ state, clock, sourceMs, count, onAnswer }: BatchOptions): Batch {
  const { promise, resolve, reject } = Promise.withResolvers<End>();
  let left = count;
  let cancel = (): void => undefined;
  const finish = (end: End): void => {
    cancel();
    resolve(end);
  };
  const endEarly = (end: End): void => {
    cancel();
    if (state.isReady) resolve(end);
    else reject(new SluiceError('UNAVAILABLE', 'the CUE worker did not start', {}, state.fault ?? undefined));
  };
  const restartClock = (): void => {
    cancel();
    cancel = clock.after(state.isReady ? sourceMs : workerLimits.startMs, () => endEarly('timeout'));
  };
  const take = (message: Message): void => {
    if (message !== 'ready') {
      left -= 1;
      onAnswer(message.answer);
    }
    if (message !== 'ready' && message.heapBytes > workerLimits.fullBytes) finish('full');
    else if (left === 0) finish('done');
    else restartClock();
  };
  return { end: promise, restartClock, take, fail: () => endEarly('crash'), finish };
}
