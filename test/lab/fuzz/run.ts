import { Worker } from 'node:worker_threads';
import type { Order, Outcome, Said } from './worker.ts';

/** The heap of a worker: no input of a target needs more. */
const heapMib = 256;

/** An input that has not ended after this long hangs: the time of a thread that never gives way cannot be read. */
const hangMs = 90_000;

/** Carries out orders in one thread of their own, with a limit of its memory; one that hangs ends it, and those after it. */
export function runOrders(orders: readonly Order[]): Promise<ReadonlyMap<string, Outcome>> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: orders,
    resourceLimits: { maxOldGenerationSizeMb: heapMib },
  });
  return new Promise((resolve) => {
    const outcomes = new Map<string, Outcome>();
    let input: unknown = null;
    const end = (fault: string): void => {
      clearTimeout(watchdog);
      for (const { target } of orders) if (!outcomes.has(target)) outcomes.set(target, { ok: false, fault, input });
      resolve(outcomes);
      void worker.terminate();
    };
    const watch = () => setTimeout(() => end(`hangs: no end in ${hangMs / 1000} s`), hangMs);
    let watchdog = watch();
    worker.on('message', (said: Said) => {
      clearTimeout(watchdog);
      watchdog = watch();
      if ('begins' in said) input = said.begins;
      else outcomes.set(said.target, said.outcome);
      if (outcomes.size === orders.length) end('');
    });
    worker.on('error', (error) => end(String(error)));
    worker.on('exit', (code) => end(`the thread ended with ${code}`));
  });
}
