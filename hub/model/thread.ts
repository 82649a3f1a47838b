import { Worker } from 'node:worker_threads';
import { SluiceError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { whenIdle, whenUsed } from './cpu-time.ts';

/** A worker thread and its limits. */
export interface ThreadSpec {
  /** In words: `the CUE worker`. */
  readonly name: string;
  /** The file that it runs. */
  readonly url: URL;
  /** Milliseconds of CPU time for each source, the start of the thread among those of the first. */
  readonly sourceMs: number;
  /** MiB of its heap; one source that needs more crashes it. */
  readonly threadMib: number;
  /** Bytes of memory beside its heap, by its own count, above which it is replaced. */
  readonly fullBytes?: number;
  /** What its file finds as `workerData`. */
  readonly data?: unknown;
}

/** Milliseconds that a thread may take to start. */
const startMs = 60_000;

/** A source that does nothing for so many times its CPU time ends, too; on a busy machine it waits for most of it, and goes on. */
const patience = 12;

/** How a batch ended: with an answer to each source, or early, because the worker is full, too slow, has crashed, or was aborted. */
export type End = 'done' | 'full' | 'timeout' | 'crash' | 'aborted';

/** A worker thread that answers batches of sources, one batch at a time. */
export interface Thread<Source, Answer> {
  /** Throws UNAVAILABLE when the worker does not start. */
  readonly evaluate: (
    sources: readonly Source[],
    onAnswer: (answer: Answer) => void,
    signal: AbortSignal,
  ) => Promise<End>;
  readonly stop: () => Promise<void>;
  /** True once it answered something: what it holds of that counts against its limits. */
  readonly isUsed: () => boolean;
  /** Milliseconds of CPU time since it started; of one that ended, until its last answer. */
  readonly usedMs: () => Promise<number>;
}

/**
 * What a worker says: `ready` once, then one answer to each source, with the bytes of memory that it has beside its heap, and the
 * microseconds of CPU that it took since it started.
 */
export type ThreadMessage<Answer> =
  { readonly answer: Answer; readonly heapBytes: number; readonly cpu?: NodeJS.CpuUsage } | 'ready';

/** Starts the thread; sources that are sent before it is ready wait for it. */
export function startThread<Source, Answer>(clock: Clock, spec: ThreadSpec): Thread<Source, Answer> {
  const thread = new Worker(spec.url, {
    workerData: spec.data,
    resourceLimits: { maxOldGenerationSizeMb: spec.threadMib },
    // An evaluator that crashes prints pages of its inside.
    stdout: true,
    stderr: true,
  });
  thread.stdout.resume();
  thread.stderr.resume();
  thread.unref();
  const state: ThreadState = { isReady: false, isUsed: false, fault: null, cpuMs: 0 };
  let batch: Batch<Answer> | null = null;
  thread.on('message', (message: ThreadMessage<Answer>) => {
    if (message === 'ready') state.isReady = true;
    else {
      state.isUsed = true;
      if (message.cpu !== undefined) state.cpuMs = millisecondsOf(message.cpu);
    }
    batch?.take(message);
  });
  thread.on('error', (error: Error) => {
    state.fault = error;
    batch?.fail();
  });
  thread.on('exit', () => {
    state.fault ??= new Error(`${spec.name} ended`);
    batch?.fail();
  });

  const usedMs = (): Promise<number> => thread.cpuUsage().then(millisecondsOf, () => state.cpuMs);

  const evaluate: Thread<Source, Answer>['evaluate'] = (sources, onAnswer, signal) => {
    const sinceAnswer = async (): Promise<number> => (await usedMs()) - state.cpuMs;
    const mine = openBatch({ state, clock, spec, count: sources.length, onAnswer, usedMs: sinceAnswer });
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
  return { evaluate, stop, isUsed: () => state.isUsed, usedMs };
}

interface ThreadState {
  isReady: boolean;
  isUsed: boolean;
  /** Why the thread ended; null while it runs. */
  fault: Error | null;
  /** The CPU time that it had taken at its last answer. */
  cpuMs: number;
}

function millisecondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

/** A batch that is being answered. */
interface Batch<Answer> {
  readonly end: Promise<End>;
  /** Gives the next message its full time: that of a source, or that of the start. */
  readonly restartClock: () => void;
  readonly take: (message: ThreadMessage<Answer>) => void;
  /** Ends the batch because the thread ended. */
  readonly fail: () => void;
  readonly finish: (end: End) => void;
}

interface BatchOptions<Answer> {
  readonly state: Readonly<ThreadState>;
  readonly clock: Clock;
  readonly spec: ThreadSpec;
  readonly count: number;
  readonly onAnswer: (answer: Answer) => void;
  /** The CPU time of the source that it works on, once the thread can say it. */
  readonly usedMs: () => Promise<number>;
}

function openBatch<Answer>({ state, clock, spec, count, onAnswer, usedMs }: BatchOptions<Answer>): Batch<Answer> {
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
    else reject(new SluiceError('UNAVAILABLE', `${spec.name} did not start`, {}, state.fault ?? undefined));
  };
  const restartClock = (): void => {
    cancel();
    const tooSlow = (): void => endEarly('timeout');
    if (!state.isReady) {
      cancel = clock.after(startMs, tooSlow);
      return;
    }
    const stops = [
      whenUsed(clock, spec.sourceMs, usedMs, tooSlow),
      whenIdle(clock, spec.sourceMs * patience, usedMs, tooSlow),
    ];
    cancel = () => stops.forEach((stop) => stop());
  };
  const take = (message: ThreadMessage<Answer>): void => {
    if (message !== 'ready') {
      left -= 1;
      onAnswer(message.answer);
    }
    if (message !== 'ready' && message.heapBytes > (spec.fullBytes ?? Infinity)) finish('full');
    else if (left === 0) finish('done');
    else restartClock();
  };
  return { end: promise, restartClock, take, fail: () => endEarly('crash'), finish };
}
