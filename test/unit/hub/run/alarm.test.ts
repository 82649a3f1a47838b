import { describe, expect, it } from 'vitest';
import { createAlarm } from '../../../../hub/run/alarm.ts';

/** A clock whose timers the test fires. */
function scene() {
  const timers: { readonly ms: number; readonly run: () => void }[] = [];
  let rings = 0;
  const clock = {
    now: () => 1_000_000,
    after: (ms: number, run: () => void) => {
      const timer = { ms, run };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
  };
  const alarm = createAlarm(clock, () => (rings += 1));
  return { alarm, timers, fire: () => timers.shift()?.run(), rings: () => rings, now: clock.now() };
}

describe('createAlarm', () => {
  it('rings at the last moment that was set, and never for one before it', () => {
    const { alarm, timers, fire, rings, now } = scene();
    alarm.set(now + 60_000);
    alarm.set(now + 10_000);
    expect(timers.map(({ ms }) => ms)).toEqual([10_000]);
    fire();
    expect(rings()).toBe(1);
    alarm.set(now + 10_000);
    alarm.set(null);
    expect(timers).toEqual([]);
  });

  it('waits a little for a moment that is over, and for one that is far in steps of a day', () => {
    const { alarm, timers, fire, rings, now } = scene();
    alarm.set(now - 5_000);
    expect(timers.map(({ ms }) => ms)).toEqual([100]);
    alarm.set(now + 40 * 24 * 3_600_000);
    expect(timers.map(({ ms }) => ms)).toEqual([24 * 3_600_000]);
    fire();
    expect(rings()).toBe(0);
    expect(timers).toHaveLength(1);
    alarm.close();
    expect(timers).toEqual([]);
  });
});
