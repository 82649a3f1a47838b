import { describe, expect, it } from 'vitest';
import { openTimeBudget } from '../../../../hub/cue/time-budget.ts';
import { manualClock } from '../../../fakes/agent.ts';

const never = new AbortController().signal;

describe('a time budget', () => {
  it('is spent by work, and ends it when nothing is left', async () => {
    const clock = manualClock();
    const budget = openTimeBudget('app', 100, clock);
    const work = (ms: number) => () => {
      clock.move(ms);
      return Promise.resolve(ms);
    };
    expect(await budget.within(work(60), never)).toBe(60);
    expect(await budget.within(work(40), never)).toBe(40);
    expect(await budget.within(work(1), never)).toBeNull();
  });

  it('aborts work that is under way', async () => {
    const clock = manualClock();
    const budget = openTimeBudget('app', 100, clock);
    const given = await budget.within((signal) => {
      clock.move(100);
      signal.throwIfAborted();
      return Promise.resolve('late');
    }, never);
    expect(given).toBeNull();
  });

  it('does not hide a fault of the work, or that the caller gave up', async () => {
    const budget = openTimeBudget('app', 100, manualClock());
    await expect(budget.within(() => Promise.reject(new Error('broken')), never)).rejects.toThrow('broken');
    const aborted = AbortSignal.abort(new Error('stopped'));
    const work = (signal: AbortSignal) => Promise.resolve().then(() => signal.throwIfAborted());
    await expect(budget.within(work, aborted)).rejects.toThrow('stopped');
  });
});
