import { afterEach, describe, expect, it } from 'vitest';
import { startPool, type PoolOptions, type WorkerPool } from '../../../../hub/model/worker-pool.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

// Its answer is which thread it is.
const worker = `
  import { parentPort } from 'node:worker_threads';
  const name = crypto.randomUUID();
  parentPort.on('message', (sources) => sources.forEach(() => parentPort.postMessage({ answer: name, heapBytes: 0 })));
  parentPort.postMessage('ready');`;
const { signal } = new AbortController();
const extraMs = 77;

describe('a pool of workers', () => {
  const timers: (() => void)[] = [];
  let pool: WorkerPool<string, string>;
  const start = (options: PoolOptions) => {
    const after: typeof systemClock.after = (ms, run) => {
      if (ms !== extraMs) return systemClock.after(ms, run);
      timers.push(run);
      return () => {
        if (timers.includes(run)) timers.splice(timers.indexOf(run), 1);
      };
    };
    pool = startPool(
      { ...systemClock, after },
      {
        name: 'the worker',
        url: new URL(`data:text/javascript,${encodeURIComponent(worker)}`),
        sourceMs: 60_000,
        threadMib: 64,
      },
      { extraMs, ...options },
    );
  };
  afterEach(async () => {
    await pool.close();
    timers.splice(0);
  });
  const ask = () => pool.using((run) => run(['x'], signal)).then(([answer]) => answer as string);
  const names = async (count: number) => new Set(await Promise.all(Array.from({ length: count }, ask)));

  it('does little with one, and much with as many as it may have', async () => {
    start({ most: 3, waiting: 2 });
    expect((await names(3)).size).toBe(1);
    const release = Promise.withResolvers<undefined>();
    const held = Array.from({ length: 12 }, () =>
      pool.using(async (run) => {
        const [name] = await run(['x'], signal);
        await release.promise;
        return name;
      }),
    );
    release.resolve(undefined);
    expect(new Set(await Promise.all(held)).size).toBe(3);
  });

  it('never gives a worker to two at once, and none is lost by work that fails', async () => {
    start({ most: 2, waiting: 1 });
    const busy = new Map<unknown, number>();
    let most = 0;
    const work = Array.from({ length: 20 }, (_, index) =>
      pool.using(async (run) => {
        busy.set(run, (busy.get(run) ?? 0) + 1);
        most = Math.max(most, ...busy.values());
        await run(['x'], signal);
        busy.set(run, (busy.get(run) ?? 0) - 1);
        if (index % 3 === 0) throw new Error('failed');
      }),
    );
    const ends = await Promise.allSettled(work);
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(7);
    expect(most).toBe(1);
    expect(busy.size).toBe(2);
    expect((await names(2)).size).toBe(2);
  });

  it('ends those beside the first when there was no work for a while', async () => {
    start({ most: 2, waiting: 1 });
    const before = await names(8);
    expect(before.size).toBe(2);
    for (const run of [...timers]) run();
    const after = await names(8);
    expect(after.size).toBe(2);
    expect([...after].filter((name) => before.has(name))).toHaveLength(1);
  });

  it('gives the memory of all back, and starts again for what comes next', async () => {
    start({ most: 2, waiting: 1 });
    const before = await names(8);
    await pool.rest();
    const after = await names(1);
    expect([...after].filter((name) => before.has(name))).toEqual([]);
    expect(timers).toEqual([]);
  });
});
