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

/** What tidying is made of. */
export interface TidyingParts {
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
  /** Reads what tidying has to know, beside everything else. */
  readonly prepareTidy?: () => Promise<void>;
  readonly tidy: () => Promise<void>;
}

/** Tidies in turns of its own (`take`); a failure is logged, and the next time makes up for it. */
export function createTidying(parts: TidyingParts, take: (run: () => Promise<void>) => Promise<void>): Tidying {
  let cancel: (() => void) | null = null;
  let isClosed = false;
  const logged = (error: unknown): void => {
    if (!isClosed) parts.log.warn('tidying failed', { error });
  };
  const tidy = async (): Promise<void> => {
    cancel = null;
    await parts.tidy().catch(logged);
  };
  const begin = async (): Promise<void> => {
    if (parts.prepareTidy !== undefined) await parts.prepareTidy().catch(logged);
    if (!isClosed) await take(tidy);
  };
  const due = (): void => {
    // What ends after the end must not begin it again.
    if (!isClosed) cancel ??= parts.clock.after(afterMs, () => void begin());
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
