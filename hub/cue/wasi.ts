/**
 * The system that the evaluator's module sees: a clock, random numbers, and nothing else. It was built for an interface with
 * files, sockets and an environment; each of those calls is answered with "not there".
 */

/** What the module asks of its host, by name. */
export type SystemCalls = Readonly<Record<string, (...numbers: never[]) => unknown>>;

/** What the calls need from the host. */
export interface SystemPorts {
  /** The memory of the module, as it is now: it is another one each time that it grows. */
  readonly memory: () => ArrayBuffer;
  /** Nanoseconds. */
  readonly clock: () => bigint;
  readonly random: (bytes: Uint8Array) => unknown;
}

/** Answers of the interface (WASI, preview 1). */
const done = 0;
const badFile = 8;
const notThere = 52;

/** The calls that have an answer; every other one is refused by `refusedCall`. */
export function systemCalls({ memory, clock, random }: SystemPorts): SystemCalls {
  const view = (): DataView => new DataView(memory());
  const nothing = (first: number, second: number): number => {
    view().setUint32(first, 0, true);
    view().setUint32(second, 0, true);
    return done;
  };
  return {
    args_sizes_get: nothing,
    environ_sizes_get: nothing,
    args_get: () => done,
    environ_get: () => done,
    sched_yield: () => done,
    fd_prestat_get: () => badFile,
    clock_time_get: (_id: number, _precision: bigint, at: number) => {
      view().setBigUint64(at, clock(), true);
      return done;
    },
    random_get: (at: number, size: number) => {
      random(new Uint8Array(memory(), at, size));
      return done;
    },
    // What it has to say before it ends is pages of its inside.
    fd_write: (_file: number, parts: number, count: number, written: number) => {
      let size = 0;
      for (let part = 0; part < count; part += 1) size += view().getUint32(parts + part * 8 + 4, true);
      view().setUint32(written, size, true);
      return done;
    },
    // It waits for a time: that is over at once, because nothing else runs meanwhile.
    poll_oneoff: (wanted: number, events: number, _count: number, happened: number) => {
      view().setBigUint64(events, view().getBigUint64(wanted, true), true);
      view().setBigUint64(events + 8, 0n, true);
      view().setUint32(happened, 1, true);
      return done;
    },
    proc_exit: (code: number) => {
      throw new Error(`the evaluator ended with status ${code}`);
    },
  };
}

/** Every call that has no answer here: there are no files and no network. */
export function refusedCall(): number {
  return notThere;
}
