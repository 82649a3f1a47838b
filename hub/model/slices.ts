import { scheduler } from 'node:timers/promises';

/** Long work in slices: between two of them everything else that waits has its turn. */
export interface Slices {
  /** Counts work that was done, in units of about 10 microseconds, and gives way once a slice of it is full. */
  readonly spend: (units: number) => Promise<void>;
}

/** A slice, in units: about 5 ms of a slow machine's time. */
const sliceUnits = 500;

/** Starts counting. The count says when to give way, not a clock, so that the same work always takes the same turns. */
export function startSlices(giveWay: () => Promise<void> = () => scheduler.yield()): Slices {
  let spent = 0;
  return {
    spend: async (units) => {
      spent += units;
      if (spent < sliceUnits) return;
      spent = 0;
      await giveWay();
    },
  };
}

/** The units that reading some bytes costs. */
export function unitsOfBytes(bytes: number): number {
  return 2 + Math.ceil(bytes / 1024);
}
