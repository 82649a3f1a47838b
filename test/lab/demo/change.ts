/** Wakes those who wait for a fact whenever something was observed. */
export interface Change {
  readonly happened: () => void;
  /** Resolves once `look` says true, asked now and after every observation; fails with what `late` says after `ms`. */
  readonly until: (look: () => boolean, ms: number, late: () => string) => Promise<void>;
  /** Makes every present and later wait fail. */
  readonly fail: (error: Error) => void;
}

/** Starts with nothing observed. */
export function openChange(): Change {
  const waiting = new Set<() => void>();
  let failure: Error | null = null;
  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  return {
    happened: wake,
    fail: (error) => {
      failure ??= error;
      wake();
    },
    until: (look, ms, late) =>
      new Promise((resolve, reject) => {
        const end = (settle: () => void): void => {
          clearTimeout(timer);
          waiting.delete(ask);
          settle();
        };
        const ask = (): void => {
          if (failure !== null) {
            const error = failure;
            end(() => reject(error));
          } else if (look()) end(resolve);
        };
        const timer = setTimeout(() => end(() => reject(new Error(late()))), ms);
        waiting.add(ask);
        ask();
      }),
  };
}
