import { asSluiceError } from '../../shared/errors.ts';
import type { LedgerState } from '../model/ledger.ts';
import type { Problem } from '../model/source.ts';

/** The last committed state in memory, with what only this process knows. */
export interface StateBook {
  readonly now: () => LedgerState;
  /** The state with the last failure as a problem: what status shows. */
  readonly shown: () => LedgerState;
  readonly set: (state: LedgerState) => void;
  /** Notes that a pass failed, or with null that one worked again. */
  readonly fail: (error: Error | null) => void;
}

/** Makes the book; `raise` is called whenever what it shows has changed. */
export function createState(first: LedgerState, raise: () => void): StateBook {
  let current = first;
  let failure: Problem | null = null;
  return {
    now: () => current,
    shown: () => (failure === null ? current : { ...current, problems: [failure, ...current.problems] }),
    set: (state) => {
      if (state === current) return;
      current = state;
      raise();
    },
    fail: (error) => {
      const next = error === null ? null : problemOf(error);
      if (next?.message === failure?.message) return;
      failure = next;
      raise();
    },
  };
}

function problemOf(thrown: Error): Problem {
  const { code, message, data } = asSluiceError(thrown);
  const { subject, hint, path, line = 1, column = 1 } = data;
  return {
    code,
    message: subject === undefined ? message : `${message}: ${subject}`,
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { place: { path, line, column } }),
    severity: 'error',
  };
}
