import { scheduler } from 'node:timers/promises';

/** Long work in slices: between two of them everything else that waits has its turn. */
export interface Slices {
  /** Counts work that was done, in units of about 10 microseconds, and gives way once a slice of it is full; undefined = it is not. */
  readonly spend: (units: number) => Promise<void> | undefined;
}

/** A slice, in units: about 5 ms of a slow machine's time. */
const sliceUnits = 500;

/** A slice of work that a person waits for: with all other work in shorter ones it has most of the time, and ends first. */
const longSliceUnits = 3 * sliceUnits;

/** Resolves in the next turn of the loop: what was ready before has had its own by then. */
export const nextTurn = (): Promise<void> => scheduler.yield();

/** Starts counting. The count says when to give way, not a clock, so that the same work always takes the same turns. */
export function startSlices(giveWay: () => Promise<void> = nextTurn): Slices {
  return slicesOf(sliceUnits, giveWay);
}

/** As `startSlices`, of an answer that a person waits for: it goes before the work of a pass, and lets all the rest go on. */
export function startLongSlices(giveWay: () => Promise<void> = nextTurn): Slices {
  return slicesOf(longSliceUnits, giveWay);
}

function slicesOf(most: number, giveWay: () => Promise<void>): Slices {
  let spent = 0;
  return {
    spend: (units) => {
      spent += units;
      if (spent < most) return undefined;
      spent = 0;
      return giveWay();
    },
  };
}

/** The units that reading some bytes costs. */
export function unitsOfBytes(bytes: number): number {
  return 2 + Math.ceil(bytes / 1024);
}

/** Work that says after each of its steps what it cost, in units, and answers at its end. */
export type Work<T> = Generator<number, T>;

/** Maps values one after the other, as work: each costs so many units, or as many as `cost` says of what came of it. */
export function* mapping<T, R>(
  values: Iterable<T>,
  cost: number | ((result: R) => number),
  map: (value: T) => R,
): Work<R[]> {
  const results: R[] = [];
  for (const value of values) {
    const result = map(value);
    results.push(result);
    yield typeof cost === 'number' ? cost : cost(result);
  }
  return results;
}

/** Does work without a break: for a command that nothing else waits for. */
export function atOnce<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Does work in slices; what it reads must stay as it is meanwhile. */
export async function inSlices<T>(work: Work<T>, slices: Slices = startSlices()): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    // To wait for nothing costs as much as a small step.
    const turn = slices.spend(step.value);
    if (turn !== undefined) await turn;
  }
}
