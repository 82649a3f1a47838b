import { fork } from 'node:child_process';
import type { Order, Outcome, Said } from './worker.ts';

/** The heap of a process: no input of a target needs more. */
const heapMib = 256;

/** An input that has not ended after this long hangs: the time of a thread that never gives way cannot be read. */
const hangMs = 90_000;

/**
 * Carries out orders in one process of their own, with a limit of its memory. An input that hangs or takes too much memory ends it:
 * the orders that were not done have that for their fault.
 */
export function runOrders(orders: readonly Order[]): Promise<ReadonlyMap<string, Outcome>> {
  const child = fork(new URL('./worker.ts', import.meta.url), {
    execArgv: [`--max-old-space-size=${heapMib}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2_000)));
  child.send(orders);
  return new Promise((resolve) => {
    const outcomes = new Map<string, Outcome>();
    let input: unknown = null;
    const end = (fault: string): void => {
      clearTimeout(watchdog);
      for (const { target } of orders) if (!outcomes.has(target)) outcomes.set(target, { ok: false, fault, input });
      resolve(outcomes);
      child.kill('SIGKILL');
    };
    const watch = () => setTimeout(() => end(`hangs: no end in ${hangMs / 1000} s`), hangMs);
    let watchdog = watch();
    child.on('message', (said: Said) => {
      clearTimeout(watchdog);
      watchdog = watch();
      if ('begins' in said) input = said.begins;
      else outcomes.set(said.target, said.outcome);
      if (outcomes.size === orders.length) end('');
    });
    child.on('error', (error) => end(String(error)));
    child.on('exit', (code, signal) => end(`the process ended with ${code ?? signal ?? 'nothing'}: ${words}`));
  });
}
