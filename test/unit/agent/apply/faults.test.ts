import { describe, expect, it } from 'vitest';
import { drift } from '../../../../agent/apply/decide.ts';
import {
  forgetOldFaults,
  isTaskDue,
  newFaultMemory,
  nextRetry,
  rememberApplied,
  rememberRefused,
  rememberRemoved,
} from '../../../../agent/apply/faults.ts';
import type { ApplyTask } from '../../../../agent/model/plan.ts';
import type { Row } from '../../../../agent/model/rows.ts';
import { manualClock } from '../../../fakes/agent.ts';
import { configMap, plainApp } from '../../../fixtures/agent/apps.ts';

const { app } = plainApp('one', [configMap('a')]);
const { id, digest } = app.objects[0]!;
const task: ApplyTask = {
  id,
  app: 'default/one',
  revision: null,
  digest,
  action: 'update',
  uid: 'u',
  reason: 'new content',
  overrides: [],
};
const repair: ApplyTask = { ...task, reason: drift };
const row = (action: Row['action']): Row => ({ id, app: 'default/one', action, reason: 'r' });

function world() {
  const clock = manualClock();
  const memory = newFaultMemory();
  const deps = { clock, random: () => 0.5 };
  const waitFor = () => (nextRetry(memory, clock.monotonic()) ?? clock.monotonic()) - clock.monotonic();
  return { clock, memory, deps, waitFor };
}

describe('an object that could not be applied', () => {
  it('is tried again after a backoff that grows', () => {
    const { clock, memory, deps, waitFor } = world();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect(isTaskDue(memory, task, clock.monotonic())).toBe(true);
      rememberApplied(memory, deps, task, row('failed'));
      expect(isTaskDue(memory, task, clock.monotonic())).toBe(false);
      waits.push(waitFor());
      clock.move(waitFor());
    }
    expect(waits.every((wait, at) => at === 0 || wait > (waits[at - 1] ?? 0))).toBe(true);
  });

  it('is tried at once with other content, and forgotten when it works', () => {
    const { clock, memory, deps } = world();
    rememberApplied(memory, deps, task, row('failed'));
    expect(isTaskDue(memory, { ...task, digest: 'sha256:other' }, clock.monotonic())).toBe(true);
    rememberApplied(memory, deps, task, row('configured'));
    expect(memory.faults.size).toBe(0);
    expect(nextRetry(memory, clock.monotonic())).toBeNull();
  });

  it('is forgotten when no application wants that content any more', () => {
    const { memory, deps } = world();
    rememberApplied(memory, deps, task, row('failed'));
    forgetOldFaults(memory, [app]);
    expect([...memory.faults.keys()]).toEqual([id]);
    forgetOldFaults(memory, [plainApp('one', [configMap('a', 'other')]).app]);
    expect(memory.faults.size).toBe(0);
  });

  it('never comes due where it is refused', () => {
    const { clock, memory } = world();
    rememberRefused(memory, [{ row: row('failed'), digest }]);
    clock.move(1_000_000_000);
    expect(isTaskDue(memory, task, clock.monotonic())).toBe(false);
  });
});

describe('an object that could not be deleted', () => {
  it('is a fault until it can be, or is wanted again', () => {
    const { memory, deps } = world();
    rememberRemoved(memory, deps, row('failed'));
    forgetOldFaults(memory, []);
    expect(memory.faults.get(id)?.digest).toBeNull();
    forgetOldFaults(memory, [app]);
    expect(memory.faults.size).toBe(0);
    rememberRemoved(memory, deps, row('failed'));
    rememberRemoved(memory, deps, row('deleted'));
    expect(memory.faults.size).toBe(0);
  });
});

describe('an object that something else keeps changing', () => {
  it('is repaired at once five times in a row, then ever more rarely, at least every five minutes', () => {
    const { clock, memory, deps } = world();
    const waits: number[] = [];
    for (let count = 1; count <= 16; count += 1) {
      rememberApplied(memory, deps, repair, row('configured'));
      const next = nextRetry(memory, clock.monotonic());
      waits.push(next === null ? 0 : next - clock.monotonic());
      expect(isTaskDue(memory, repair, clock.monotonic())).toBe(next === null);
      expect(isTaskDue(memory, task, clock.monotonic())).toBe(true);
      clock.move(waits.at(-1) ?? 0);
    }
    const seconds = waits.map((wait) => wait / 1_000);
    expect(seconds).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('starts anew after ten minutes without a repair', () => {
    const { clock, memory, deps } = world();
    for (let count = 1; count <= 8; count += 1) rememberApplied(memory, deps, repair, row('configured'));
    clock.move(600_000);
    rememberApplied(memory, deps, repair, row('configured'));
    expect(memory.repairs.get(id)?.count).toBe(1);
  });
});
