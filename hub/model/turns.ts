/** Runs asynchronous work one after the other. */
export interface Turns {
  /** Runs when all that came before has ended, failed or not. */
  readonly take: <T>(run: () => Promise<T>) => Promise<T>;
  /** Resolves when everything so far has ended. */
  readonly ended: () => Promise<unknown>;
}

/** Makes a queue of turns. */
export function createTurns(): Turns {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    take: (run) => {
      const result = tail.then(run);
      tail = result.catch(() => undefined);
      return result;
    },
    ended: () => tail,
  };
}
