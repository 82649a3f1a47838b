/** Runs a few pieces of work at a time; the others wait in their order. */
export interface Limit {
  readonly run: (work: () => Promise<void>) => void;
  /** Resolves once nothing runs or waits. */
  readonly idle: () => Promise<void>;
}

/** A limit of `most` at once. What fails ends like what works: the work itself tells of it. */
export function createLimit(most: number): Limit {
  const waiting: (() => Promise<void>)[] = [];
  let idle: PromiseWithResolvers<undefined> | null = null;
  let running = 0;
  const next = (): void => {
    const work = running < most ? waiting.shift() : undefined;
    if (work === undefined) {
      if (running === 0) idle?.resolve(undefined);
      if (running === 0) idle = null;
      return;
    }
    running += 1;
    const ended = (): void => {
      running -= 1;
      next();
    };
    void work().then(ended, ended);
  };
  return {
    run: (work) => {
      idle ??= Promise.withResolvers<undefined>();
      waiting.push(work);
      next();
    },
    idle: () => idle?.promise ?? Promise.resolve(),
  };
}
