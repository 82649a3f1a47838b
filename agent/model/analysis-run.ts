import type { Position } from './delivery.ts';

const prefix = 'analysis-';

/**
 * Names a run of the Jobs of an analysis: `analysis-NUMBER-ATTEMPT-STEP-`. The nonce of what it makes begins with that, in the object and in
 * the inventory: an agent that dies before it records the Job, or loses its state, knows it again and makes no second one.
 */
export function runOf({ number, attempt, step }: Pick<Position, 'number' | 'attempt' | 'step'>): string {
  return `${prefix}${number}-${attempt}-${step}-`;
}

/** True for the nonce of a Job that an analysis has made; with `run`, that very run. */
export function isOfRun(nonce: string, run: string = prefix): boolean {
  return nonce.startsWith(run);
}

/** True for two nonces of the same run: of the Job that it made, and of what is recorded of it since a record was lost or restored. */
export function isSameRun(a: string, b: string): boolean {
  const run = /^analysis-\d+-\d+-\d+-/.exec(a)?.[0];
  return run !== undefined && isOfRun(b, run);
}
