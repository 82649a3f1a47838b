import { describe, expect, it } from 'vitest';
import { whenIdle, whenUsed } from '../../../../hub/model/cpu-time.ts';
import { manualClock } from '../../../fakes/agent.ts';

describe('CPU time', () => {
  const scene = (usedMs: () => Promise<number>, when = whenUsed) => {
    const clock = manualClock();
    let calls = 0;
    const stop = when(clock, 100, usedMs, () => (calls += 1));
    const pass = async (ms: number) => {
      clock.move(ms);
      await new Promise(setImmediate);
      return calls;
    };
    return { pass, stop };
  };

  it('is over when so much of it is used, however long that takes', async () => {
    let used = 0;
    const { pass } = scene(() => Promise.resolve(used));
    expect(await pass(100_000)).toBe(0);
    used = 60;
    expect(await pass(100)).toBe(0);
    used = 100;
    expect(await pass(40)).toBe(1);
    expect(await pass(100_000)).toBe(1);
  });

  it('that cannot be told is not used, and what is stopped is never over', async () => {
    const { pass } = scene(() => Promise.reject(new Error('ended')));
    expect(await pass(100)).toBe(0);
    const stopped = scene(() => Promise.resolve(500));
    stopped.stop();
    expect(await stopped.pass(1_000)).toBe(0);
  });

  it('that goes on slowly is not idle, and that stands still is', async () => {
    let used = 0;
    const { pass } = scene(() => Promise.resolve(used), whenIdle);
    for (const now of [0.2, 0.4, 5]) {
      used = now;
      expect(await pass(100)).toBe(0);
    }
    expect(await pass(100)).toBe(1);
  });

  it('of which nothing is said is idle, unless it is stopped before', async () => {
    const never = () => Promise.withResolvers<number>().promise;
    const { pass } = scene(never, whenIdle);
    expect([await pass(100), await pass(100)]).toEqual([0, 1]);
    const stopped = scene(never, whenIdle);
    await stopped.pass(100);
    stopped.stop();
    expect(await stopped.pass(100)).toBe(0);
  });
});
