/** The time and the timers of a program: a parameter, so that tests own both. */
export interface Clock {
  /** Milliseconds since the epoch by the machine's clock. */
  readonly now: () => number;
  /** Milliseconds that never go back, from an arbitrary start. */
  readonly monotonic: () => number;
  /** Calls `run` once after `ms` milliseconds; the returned function cancels it. Does not keep the process alive. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A number in [0, 1). */
export type Random = () => number;
