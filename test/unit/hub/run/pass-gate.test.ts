import { describe, expect, it } from 'vitest';
import { createPassGates } from '../../../../hub/run/pass-gate.ts';
import type { Trigger } from '../../../../hub/run/triggers.ts';

/** Gates with a clock that the test moves, and the triggers that started a pass. */
function scene() {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const started: Trigger[] = [];
  const gates = createPassGates({
    monotonic: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  const wait = (ms: number) => {
    now += ms;
    for (const timer of [...timers].filter(({ at }) => at <= now)) {
      timers.delete(timer);
      timer.run();
    }
  };
  const ask = (trigger: Trigger) =>
    gates.ask(trigger, () => {
      started.push(trigger);
      gates.begins([trigger]);
    });
  return { gates, started, wait, ask, timers };
}

describe('what may start a pass', () => {
  it('is everything at once, but a second report within a second', () => {
    const { started, ask, wait } = scene();
    for (const trigger of ['webhook', 'webhook', 'report', 'report', 'report'] as const) ask(trigger);
    expect(started).toEqual(['webhook', 'webhook', 'report']);
    wait(999);
    expect(started).toHaveLength(3);
    wait(1);
    expect(started.slice(3)).toEqual(['report']);
  });

  it.each([
    [10, 30],
    [200, 600],
    [5_000, 1_000],
  ])('is a change of the registry after a pass of %i ms once %i ms are over', (tookMs, pauseMs) => {
    const { gates, started, ask, wait } = scene();
    ask('registry');
    wait(tookMs);
    gates.ended(tookMs);
    ask('registry');
    ask('registry');
    wait(pauseMs - 1);
    expect(started).toHaveLength(1);
    wait(1);
    expect(started).toHaveLength(2);
  });

  it.each([
    [10, 990],
    [700, 1_000],
    [5_000, 1_000],
  ])('is a report after a pass of %i ms once %i ms are over', (tookMs, pauseMs) => {
    const { gates, started, ask, wait } = scene();
    ask('report');
    wait(tookMs);
    gates.ended(tookMs);
    ask('report');
    wait(pauseMs - 1);
    expect(started).toHaveLength(1);
    wait(1);
    expect(started).toHaveLength(2);
  });

  it('does not wait where another pass read it, is hurried on, or closed', () => {
    const { gates, started, ask, timers } = scene();
    ask('registry');
    gates.ended(100);
    ask('registry');
    gates.begins(['webhook']);
    expect([started.length, timers.size]).toEqual([1, 0]);
    ask('registry');
    gates.hurry();
    gates.hurry();
    expect([started.length, timers.size]).toEqual([2, 0]);
    ask('registry');
    gates.close();
    expect([started.length, timers.size]).toEqual([2, 0]);
  });
});
