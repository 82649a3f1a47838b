import type { Clock } from '../../shared/ports/clock.ts';

/**
 * Calls once so many milliseconds of CPU time are used, unless it is stopped before: time that a busy machine gives to others does
 * not count. `usedMs` says how many are used; where it cannot, none are.
 */
export function whenUsed(clock: Clock, ms: number, usedMs: () => Promise<number>, call: () => void): () => void {
  let isOver = false;
  let cancel = (): void => undefined;
  const look = async (): Promise<void> => {
    const left = ms - (await usedMs().catch(() => 0));
    if (isOver) return;
    if (left <= 0) call();
    else cancel = clock.after(Math.max(left, 1), () => void look());
  };
  cancel = clock.after(ms, () => void look());
  return () => {
    isOver = true;
    cancel();
  };
}

/**
 * Calls once so many milliseconds go by in which not a thousandth of them is CPU time, or in which `usedMs` says nothing, unless it
 * is stopped before: something that works, on however busy a machine, is never called so.
 */
export function whenIdle(clock: Clock, ms: number, usedMs: () => Promise<number>, call: () => void): () => void {
  let isOver = false;
  let isSilent = false;
  let known = 0;
  const end = (): void => {
    if (!isOver) call();
  };
  const look = (): void => {
    if (isSilent) {
      end();
      return;
    }
    isSilent = true;
    void usedMs().then(
      (used) => {
        isSilent = false;
        if (used - known < ms / 1000) end();
        known = used;
      },
      () => undefined,
    );
    cancel = clock.after(ms, look);
  };
  let cancel = clock.after(ms, look);
  return () => {
    isOver = true;
    cancel();
  };
}
