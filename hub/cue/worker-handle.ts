import { Worker } from 'node:worker_threads';
import { SluiceError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Evaluated, Source } from './program.ts';

/** Limits of the worker: milliseconds a source, milliseconds to start, and bytes of its heap before it starts afresh. */
export const laneLimits = { sourceMs: 5_000, startMs: 60_000, heapBytes: 384 * 1024 * 1024 } as const;

/** What is known of a source: the worker's answer, that it was stopped or fell, or that there was no time left for it. */
export type Answer = Evaluated | { readonly stopped: 'timeout' | 'crash' | 'over' };

/** One worker thread that is replaced when it runs too long, falls, or grows too big. */
export interface Lane {
  /** Evaluates sources in order; one answer each. Batches must not overlap. */
  readonly run: (sources: readonly Source[], signal: AbortSignal) => Promise<readonly Answer[]>;
  readonly close: () => Promise<void>;
}

/** Starts a lane; its worker loads in the background, because that takes half a second. */
export function startLane(clock: Clock, workerUrl: URL, sourceMs: number): Lane {
  let worker: Thread | null = startThread(clock, workerUrl, sourceMs);
  let isClosed = false;
  const replace = async (): Promise<void> => {
    const old = worker;
    worker = null;
    await old?.stop();
  };
  const run = async (sources: readonly Source[], signal: AbortSignal): Promise<readonly Answer[]> => {
    const answers: Answer[] = [];
    while (answers.length < sources.length) {
      signal.throwIfAborted();
      worker ??= startThread(clock, workerUrl, sourceMs);
      const end = await worker.evaluate(sources.slice(answers.length), (answer) => answers.push(answer), signal);
      if (end === 'timeout' || end === 'crash') answers.push({ stopped: end });
      if (end !== 'done') await replace();
      // The next one loads while nobody waits for it.
      if (end === 'full' && !isClosed) worker = startThread(clock, workerUrl, sourceMs);
    }
    return answers;
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await replace();
  };
  return { run, close };
}

type End = 'done' | 'full' | 'timeout' | 'crash' | 'aborted';

interface Thread {
  readonly evaluate: (
    sources: readonly Source[],
    onAnswer: (answer: Answer) => void,
    signal: AbortSignal,
  ) => Promise<End>;
  readonly stop: () => Promise<void>;
}

interface Message {
  readonly answer: Evaluated;
  readonly heapBytes: number;
}

function startThread(clock: Clock, url: URL, sourceMs: number): Thread {
  const thread = new Worker(url);
  thread.unref();
  let isReady = false;
  let fell: Error | null = null;
  let onMessage: ((message: Message | 'ready') => void) | null = null;
  let onFall: (() => void) | null = null;
  thread.on('message', (message: Message | 'ready') => {
    if (message === 'ready') isReady = true;
    onMessage?.(message);
  });
  thread.on('error', (error: Error) => {
    fell = error;
    onFall?.();
  });
  thread.on('exit', () => {
    fell ??= new Error('the CUE worker ended');
    onFall?.();
  });

  const evaluate: Thread['evaluate'] = (sources, onAnswer, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<End>();
    let left = sources.length;
    let cancel = (): void => undefined;
    const arm = (): void => {
      cancel();
      cancel = clock.after(isReady ? sourceMs : laneLimits.startMs, () => {
        if (isReady) finish('timeout');
        else reject(new SluiceError('UNAVAILABLE', 'the CUE worker did not start'));
      });
    };
    const abort = (): void => finish('aborted');
    const finish = (end: End): void => {
      cancel();
      resolve(end);
    };
    onMessage = (message) => {
      if (message !== 'ready') {
        left -= 1;
        onAnswer(message.answer);
      }
      if (message !== 'ready' && message.heapBytes > laneLimits.heapBytes) finish('full');
      else if (left === 0) finish('done');
      else arm();
    };
    onFall = () => {
      if (isReady) finish('crash');
      else reject(new SluiceError('UNAVAILABLE', 'the CUE worker did not start', {}, fell));
    };
    signal.addEventListener('abort', abort, { once: true });
    thread.ref();
    if (fell !== null) onFall();
    else {
      arm();
      thread.postMessage(sources);
    }
    return promise.finally(() => {
      cancel();
      onMessage = null;
      onFall = null;
      signal.removeEventListener('abort', abort);
      thread.unref();
    });
  };
  const stop = async (): Promise<void> => {
    await thread.terminate();
  };
  return { evaluate, stop };
}
