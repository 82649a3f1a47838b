import { Worker } from 'node:worker_threads';
import { SluiceError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { ReportRow, StoredRow } from './rows.ts';
import type { DatabaseRequest, DatabaseWord } from './worker.ts';

/** The database of reports in its thread; each call rejects with UNAVAILABLE where it cannot be done now. */
export interface DatabaseThread {
  readonly load: () => Promise<readonly StoredRow[]>;
  readonly write: (rows: readonly ReportRow[], forgotten?: readonly string[]) => Promise<'written' | 'anew'>;
  readonly close: () => Promise<void>;
}

type Answer = Extract<DatabaseWord, { readonly rows?: unknown }>;
type Asked =
  | { readonly kind: 'load' }
  | { readonly kind: 'write'; readonly rows: readonly ReportRow[]; readonly forgotten: readonly string[] }
  | { readonly kind: 'close' };

interface Waiting {
  readonly done: (answer: Answer) => void;
  readonly fail: (error: SluiceError) => void;
}

/** Starts the thread with the first call, and again where it died. */
export function databaseThread(path: string, log: Log): DatabaseThread {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | null = null;
  let last = 0;
  const failed = (message: string) =>
    new SluiceError('UNAVAILABLE', `the database of reports: ${message}`, {
      path,
      hint: 'see that its disk has room and can be written; agents send their reports again',
    });
  const ended = (error: unknown): void => {
    thread = null;
    const fault = failed(error instanceof Error ? error.message : 'its thread ended');
    for (const { fail } of waiting.values()) fail(fault);
    waiting.clear();
  };
  const take = (word: DatabaseWord): void => {
    if ('aside' in word) {
      log.warn('the database of reports is damaged, and begun anew: agents are asked for theirs', { path: word.aside });
      return;
    }
    const one = waiting.get(word.id);
    waiting.delete(word.id);
    if ('fault' in word) one?.fail(failed(word.fault));
    else one?.done(word);
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { path } });
    started.unref();
    started.on('message', take);
    started.on('error', (error) => started === thread && ended(error));
    started.on('exit', () => started === thread && ended(null));
    return started;
  };
  const ask = (asked: Asked): Promise<Answer> =>
    new Promise((done, fail) => {
      thread ??= start();
      const id = (last += 1);
      waiting.set(id, { done, fail });
      thread.postMessage({ id, ...asked } satisfies DatabaseRequest);
    });
  return {
    load: async () => (await ask({ kind: 'load' })).rows ?? [],
    write: async (rows, forgotten = []) => (await ask({ kind: 'write', rows, forgotten })).outcome ?? 'written',
    close: async () => {
      if (thread === null) return;
      await ask({ kind: 'close' });
      const closing = thread;
      thread = null;
      await closing.terminate();
    },
  };
}
