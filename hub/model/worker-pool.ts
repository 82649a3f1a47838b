import type { Clock } from '../../shared/ports/clock.ts';
import type { ThreadSpec } from './thread.ts';
import { startWorker, type WorkerHandle } from './worker-handle.ts';

/** Some workers beside each other, each with the limits of its own thread. */
export interface WorkerPool<Source, Answer> {
  /** Does work with a worker that nothing else uses meanwhile, once one is free; in the order of the calls. */
  readonly using: <T>(work: (...worker: UsedWorker<Source, Answer>) => Promise<T>) => Promise<T>;
  /** Gives the memory of all back once they are free; what comes next starts as at first. */
  readonly rest: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What a worker does, and the CPU time that it took so far. */
export type UsedWorker<Source, Answer> = readonly [
  run: WorkerHandle<Source, Answer>['run'],
  usedMs: WorkerHandle<Source, Answer>['usedMs'],
];

/** How many workers there may be (one at least), and when one more is worth its start. */
export interface PoolOptions {
  readonly most: number;
  /** Work that waits for each worker before one more starts (default: 20): a start takes as long as some of that. */
  readonly waiting?: number;
  /** Milliseconds without work after which a worker beside the first one ends (default: 10,000). */
  readonly extraMs?: number;
}

/** Starts a pool: its first worker loads at once, each other one when much waits. */
export function startPool<Source, Answer>(
  clock: Clock,
  spec: ThreadSpec,
  options: PoolOptions,
): WorkerPool<Source, Answer> {
  const crew = startCrew<Source, Answer>(clock, spec, options);
  const using: WorkerPool<Source, Answer>['using'] = async (work) => {
    const worker = await crew.take();
    try {
      return await work(worker.run, worker.usedMs);
    } finally {
      crew.give(worker);
    }
  };
  const rest = async (): Promise<void> => {
    crew.endExtras();
    const first = crew.takeFirst();
    if (first === null) return;
    await first.rest();
    crew.give(first);
  };
  return { using, rest, close: crew.close };
}

/** The workers of a pool: the first one, which stays, and extras; those that are free, and who waits for one. */
interface Crew<Worker> {
  readonly take: () => Promise<Worker>;
  /** The first one, which is not free then; null where it is at work. */
  readonly takeFirst: () => Worker | null;
  readonly give: (worker: Worker) => void;
  /** Ends the extras that are free. */
  readonly endExtras: () => void;
  readonly close: () => Promise<void>;
}

function startCrew<Source, Answer>(
  clock: Clock,
  spec: ThreadSpec,
  { most, waiting = 20, extraMs = 10_000 }: PoolOptions,
): Crew<WorkerHandle<Source, Answer>> {
  type Own = WorkerHandle<Source, Answer>;
  const first: Own = startWorker(clock, spec);
  // What cancels the end of each, where one is set.
  const extras = new Map<Own, () => void>();
  // The first one is taken before all others, so that those can end.
  const free: Own[] = [first];
  const queue: ((worker: Own) => void)[] = [];

  const takeFree = (worker: Own | undefined): Own | null => {
    if (worker === undefined || !free.includes(worker)) return null;
    free.splice(free.indexOf(worker), 1);
    extras.get(worker)?.();
    return worker;
  };
  const end = (worker: Own): void => {
    if (takeFree(worker) === null) return;
    extras.delete(worker);
    void worker.close();
  };
  const give = (worker: Own): void => {
    const next = queue.shift();
    if (next !== undefined) next(worker);
    else if (worker === first) free.unshift(worker);
    else {
      free.push(worker);
      extras.set(
        worker,
        clock.after(extraMs, () => end(worker)),
      );
    }
  };
  const startExtra = (): void => {
    const count = extras.size + 1;
    if (count >= most || queue.length <= waiting * count) return;
    const extra: Own = startWorker(clock, spec);
    extras.set(extra, () => undefined);
    give(extra);
  };
  const take = (): Promise<Own> => {
    const worker = takeFree(free[0]);
    if (worker !== null) return Promise.resolve(worker);
    const turn = new Promise<Own>((resolve) => queue.push(resolve));
    startExtra();
    return turn;
  };
  const close = async (): Promise<void> => {
    const all = [first, ...extras.keys()];
    for (const cancel of extras.values()) cancel();
    await Promise.all(all.map((worker) => worker.close()));
  };
  const endExtras = (): void => [...extras.keys()].forEach(end);
  return { take, takeFirst: () => takeFree(first), give, endExtras, close };
}
