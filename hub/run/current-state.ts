import { asSluiceError } from '../../shared/errors.ts';
import type { Problem } from '../model/source.ts';
import type { State } from '../model/state.ts';

/** The last committed state in memory, with the last failure, which this process alone has seen. */
export interface CurrentState {
  readonly now: () => State;
  /** The state with the last failure as a problem, for status. */
  readonly shown: () => State;
  readonly set: (state: State) => void;
  /** Notes that a pass failed, or with null that one worked again. */
  readonly fail: (error: Error | null) => void;
}

/** Begins with a state; `raise` is called whenever `shown` has changed. */
export function createCurrentState(first: State, raise: () => void): CurrentState {
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
