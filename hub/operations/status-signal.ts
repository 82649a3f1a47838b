import type { Clock } from '../../shared/ports/clock.ts';

/** The version of the status: a counter that can be waited for. */
export interface StatusSignal {
  readonly version: () => number;
  /** Counts on, and tells every listener. */
  readonly raise: () => void;
  /** Calls back at every rise, until the returned function is called. */
  readonly listen: (changed: () => void) => () => void;
}

/** Makes a signal at version 1. */
export function createStatusSignal(): StatusSignal {
  const listeners = new Set<() => void>();
  let version = 1;
  return {
    version: () => version,
    raise: () => {
      version++;
      for (const listener of [...listeners]) listener();
    },
    listen: (changed) => {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
  };
}

/** How long a caller that gave `known` waits for another version. */
export const watchMs = 25_000;

/** The version of the status; where it is the one that the caller knows, the next one, or the same after `watchMs`. */
export async function nextVersion(
  { changed, clock }: { readonly changed: Pick<StatusSignal, 'version' | 'listen'>; readonly clock: Clock },
  known: string | undefined,
  abort: AbortSignal,
): Promise<string> {
  if (known === String(changed.version())) await nextRise(changed, clock, watchMs, abort);
  return String(changed.version());
}

/** Resolves at the next rise, after `ms` milliseconds, or when the abort signal aborts. */
export function nextRise(
  { listen }: Pick<StatusSignal, 'listen'>,
  clock: Clock,
  ms: number,
  abort: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      cancel();
      abort.removeEventListener('abort', done);
      resolve();
    };
    const stop = listen(done);
    const cancel = clock.after(ms, done);
    abort.addEventListener('abort', done);
    if (abort.aborted) done();
  });
}
