import { describe, expect, it } from 'vitest';
import { openTimeBudget } from '../../../../hub/cue/time-budget.ts';
import { manualClock } from '../../../fakes/agent.ts';

const never = new AbortController().signal;

describe('a time budget', () => {
  /** A budget of 100 ms of the CPU time of a worker, and work that takes some of it while more time goes by. */
  const scene = () => {
    const clock = manualClock();
    const budget = openTimeBudget('app', 100, clock);
    let used = 0;
    const usedMs = () => Promise.resolve(used);
    const work = (cpuMs: number, wallMs: number) => async (signal: AbortSignal) => {
      used += cpuMs;
      clock.move(wallMs);
      await new Promise(setImmediate);
      signal.throwIfAborted();
      return cpuMs;
    };
    return {
      usedMs,
      run: (cpuMs: number, wallMs = cpuMs) => budget.within(work(cpuMs, wallMs), usedMs, never),
      budget,
    };
  };

  it('is spent by work, and ends it when nothing is left', async () => {
    const { run } = scene();
    expect(await run(60)).toBe(60);
    expect(await run(40, 0)).toBe(40);
    expect(await run(1)).toBeNull();
  });

  it('is not spent by what a busy machine lets work wait', async () => {
    const { run } = scene();
    expect(await run(60, 100_000)).toBe(60);
    expect(await run(39, 100_000)).toBe(39);
  });

  it('aborts work that is under way, and leaves nothing then', async () => {
    const { run } = scene();
    expect(await run(100)).toBeNull();
    expect(await run(0)).toBeNull();
  });

  it('does not hide a fault of the work, or that the caller gave up', async () => {
    const { budget, usedMs } = scene();
    await expect(budget.within(() => Promise.reject(new Error('broken')), usedMs, never)).rejects.toThrow('broken');
    const aborted = AbortSignal.abort(new Error('stopped'));
    const work = (signal: AbortSignal) => Promise.resolve().then(() => signal.throwIfAborted());
    await expect(budget.within(work, usedMs, aborted)).rejects.toThrow('stopped');
  });
});
