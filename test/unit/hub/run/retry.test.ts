import { describe, expect, it } from 'vitest';
import { createRetry } from '../../../../hub/run/retry.ts';
import { SluiceError } from '../../../../shared/errors.ts';

function scene() {
  const timers: { ms: number; run: () => void; cancelled: boolean }[] = [];
  const runs: number[] = [];
  const after = (ms: number, run: () => void) => {
    const timer = { ms, run, cancelled: false };
    timers.push(timer);
    return () => {
      timer.cancelled = true;
    };
  };
  return { timers, runs, retry: createRetry({ clock: { after }, random: () => 1 }, () => runs.push(1)) };
}

describe('the retry after failures', () => {
  it('waits longer with each failure, and starts anew after success', () => {
    const { retry } = scene();
    const failed = () => retry.plan(new SluiceError('SOURCE_UNAVAILABLE', 'no answer'));
    const [first, second] = [failed(), failed()];
    expect(second).toBeGreaterThan(first);
    retry.reset();
    expect(failed()).toBe(first);
  });

  it('does not wait when another hub was faster, which is no failure', () => {
    const { retry } = scene();
    expect(retry.plan(new SluiceError('LEDGER_RACED', 'raced'))).toBe(0);
    expect(retry.plan(new SluiceError('SOURCE_UNAVAILABLE', 'no answer'))).toBe(1000);
  });

  it('has one timer: a later failure replaces it, and cancel ends it', () => {
    const { retry, timers, runs } = scene();
    for (let i = 0; i < 2; i++) retry.plan(new Error('failed'));
    expect(timers.map(({ cancelled }) => cancelled)).toEqual([true, false]);
    timers[1]?.run();
    expect(runs).toHaveLength(1);
    retry.cancel();
    expect(timers[1]?.cancelled).toBe(true);
  });
});
