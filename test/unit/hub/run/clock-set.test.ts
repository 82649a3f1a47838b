import { describe, expect, it } from 'vitest';
import { clockSet, followClock } from '../../../../hub/run/clock-set.ts';
import { manualClock } from '../../../fakes/agent.ts';

function scene() {
  const [clock, stop] = [manualClock(), new AbortController()];
  const told: unknown[] = [];
  let set = 0;
  const now = () => clock.now() + set;
  followClock(
    {
      clock: { ...clock, now },
      log: { warn: (_, fields) => void told.push(fields?.['byMs']) },
      loop: { trigger: (reason) => void told.push(reason) },
      reports: { clockSet: (byMs, at) => void told.push([byMs, at === now()]) },
    },
    stop.signal,
  );
  const pass = (times: number) => {
    for (let time = 0; time < times; time += 1) clock.move(clockSet.everyMs);
  };
  return { told: () => told.splice(0), pass, setBy: (ms: number) => (set += ms), stop: () => stop.abort() };
}

describe('a clock that is set', () => {
  it.each([3_600_000, -3_600_000, 60_000])('by %i ms is told once to reports, and a pass is run', (ms) => {
    const { told, pass, setBy } = scene();
    pass(10);
    setBy(ms);
    pass(10);
    expect(told()).toEqual([ms, [ms, true], 'due']);
    setBy(-ms);
    pass(1);
    expect(told()).toEqual([-ms, [-ms, true], 'due']);
  });

  it('is not one that goes on, or is put right little by little; nothing is told once the hub has ended', () => {
    const { told, pass, setBy, stop } = scene();
    for (let time = 0; time < 200; time += 1) {
      setBy(500);
      pass(1);
    }
    stop();
    setBy(3_600_000);
    pass(10);
    expect(told()).toEqual([]);
  });
});
