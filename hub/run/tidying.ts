import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';

/** Tidying waits this long after the commit that asked for it, so that it does not delay the next push of a burst. */
const afterMs = 5_000;

/** Work that is due some time after a commit. */
export interface Tidying {
  /** It is to be done soon, unless this is closed; asked again before that, it is done once. */
  readonly due: () => void;
  /** What runs, and makes it due. */
  readonly after: <T>(run: (value: T) => void) => (value: T) => void;
  readonly close: () => void;
}

/** Tidies in turns of its own (`take`); a failure is logged, and the next time makes up for it. */
export function createTidying(
  parts: { readonly clock: Pick<Clock, 'after'>; readonly log: Log; readonly tidy: () => Promise<void> },
  take: (run: () => Promise<void>) => Promise<void>,
): Tidying {
  let cancel: (() => void) | null = null;
  let isClosed = false;
  const tidy = async (): Promise<void> => {
    cancel = null;
    await parts.tidy().catch((error: unknown) => parts.log.warn('tidying failed', { error }));
  };
  const due = (): void => {
    // What ends after the end must not begin it again.
    if (!isClosed) cancel ??= parts.clock.after(afterMs, () => void take(tidy));
  };
  return {
    due,
    after: (run) => (value) => {
      run(value);
      due();
    },
    close: () => {
      isClosed = true;
      cancel?.();
    },
  };
}
