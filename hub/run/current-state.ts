import { asSluiceError } from '../../shared/errors.ts';
import type { Problem } from '../model/source.ts';
import { isStarting } from '../model/starting.ts';
import type { State } from '../model/state.ts';

/** The last committed state in memory, with the last failure, which this process alone has seen. */
export interface CurrentState {
  /** Throws UNAVAILABLE before the first one is set: the hub is starting. */
  readonly now: () => State;
  /** True once one was set. */
  readonly isKnown: () => boolean;
  /** Resolves then. */
  readonly known: Promise<void>;
  /** The state with the last failure as a problem, for status. */
  readonly shown: () => State;
  readonly set: (state: State) => void;
  /** Notes that a pass failed, or with null that one worked again. */
  readonly fail: (error: Error | null) => void;
}

/** Begins without a state; `raise` is called whenever `shown` has changed. */
export function createCurrentState(raise: () => void): CurrentState {
  let current: State | null = null;
  let failure: Problem | null = null;
  let becomesKnown = (): void => undefined;
  const known = new Promise<void>((resolve) => {
    becomesKnown = resolve;
  });
  const now = (): State => {
    if (current === null) throw isStarting();
    return current;
  };
  return {
    now,
    isKnown: () => current !== null,
    known,
    shown: () => (failure === null ? now() : { ...now(), problems: [failure, ...now().problems] }),
    set: (state) => {
      if (state === current) return;
      current = state;
      becomesKnown();
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
