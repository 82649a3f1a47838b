import { once } from 'node:events';
import fc from 'fast-check';
import { kept, restored, type Input, type Reader, type Target } from './target.ts';
import { targets } from './targets.ts';

/** What a worker is to do for a target: the inputs that were kept, and some random ones from a seed. */
export interface Order {
  readonly target: string;
  readonly seed: number;
  readonly runs: number;
  readonly inputs: readonly unknown[];
}

/** What came of an order. */
export type Outcome =
  | { readonly ok: true; readonly runs: number; readonly slowestMs: number }
  | { readonly ok: false; readonly fault: string; readonly input: unknown };

/** What a worker says: the input that it begins, for one that never ends, and what came of an order. */
export type Said = { readonly begins: unknown } | { readonly target: string; readonly outcome: Outcome };

const [orders] = (await once(process, 'message')) as [readonly Order[]];
for (const order of orders) {
  const target = targets.find(({ name }) => name === order.target);
  if (target === undefined) throw new Error(`there is no target ${order.target}`);
  const reader = await target.open();
  say({ target: order.target, outcome: await carryOut(order, target, reader) });
  await reader.close?.();
}
// Its last words are on their way: its parent ends it.
process.channel?.ref();

async function carryOut(
  { inputs, runs: numRuns, seed }: Order,
  target: Target,
  reader: Reader<Input>,
): Promise<Outcome> {
  let [runs, slowestMs] = [0, 0];
  const readOne = async (input: Input): Promise<void> => {
    say({ begins: kept(input) });
    const ms = await threadMs(() => reader.read(input));
    runs += 1;
    slowestMs = Math.max(slowestMs, ms);
    if (ms > target.cpuMs) throw new Error(`took ${Math.round(ms)} ms of the processor, more than ${target.cpuMs}`);
  };
  for (const one of inputs) {
    try {
      await readOne(restored(one));
    } catch (error) {
      return { ok: false, fault: textOf(error), input: one };
    }
  }
  const { failed, counterexample, errorInstance } = await fc.check(fc.asyncProperty(target.input, readOne), {
    ...{ numRuns, seed, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: false },
  });
  if (!failed) return { ok: true, runs, slowestMs };
  return { ok: false, fault: textOf(errorInstance), input: kept(counterexample?.[0] ?? '') };
}

/** The time of this thread that some work takes: it does not depend on who else uses the machine. */
async function threadMs(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

function say(said: Said): void {
  process.send?.(said);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
