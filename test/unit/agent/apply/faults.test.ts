import { describe, expect, it } from 'vitest';
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
  isRepair: false,
  overrides: [],
};
const repair: ApplyTask = { ...task, reason: 'fields of ours were changed', isRepair: true };
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
  const repaired = (count: number) => {
    const all = world();
    for (let n = 0; n < count; n += 1) rememberApplied(all.memory, all.deps, repair, row('configured'));
    return all;
  };

  it('is repaired at once three times, then ever more rarely, at least every five minutes', () => {
    const { clock, memory, deps } = world();
    const waits: number[] = [];
    for (let count = 1; count <= 11; count += 1) {
      rememberApplied(memory, deps, repair, row('configured'));
      const next = nextRetry(memory, clock.monotonic());
      waits.push(next === null ? 0 : next - clock.monotonic());
      expect(isTaskDue(memory, repair, clock.monotonic())).toBe(next === null);
      expect(isTaskDue(memory, { ...task, digest: 'sha256:new' }, clock.monotonic())).toBe(true);
      clock.move(waits.at(-1) ?? 0);
    }
    expect(waits.map((wait) => wait / 1_000)).toEqual([0, 0, 10, 20, 40, 80, 160, 300, 300, 300, 300]);
  });

  it.each<[kind: string, again: ApplyTask, action: Row['action']]>([
    ['a field of it was changed', repair, 'configured'],
    ['it was deleted and is made again', { ...repair, action: 'create', uid: null, reason: 'new' }, 'created'],
    ['it left the watch and is looked at', { ...repair, action: 'inspect' }, 'kept'],
    [
      'the values over it are not live, although they were sent',
      { ...task, reason: 'replicas or weights to move' },
      'configured',
    ],
  ])('is backed off in the same way when %s', (_, again, action) => {
    const { clock, memory, deps } = world();
    rememberApplied(memory, deps, task, row('configured'));
    for (let n = 0; n < 4; n += 1) rememberApplied(memory, deps, again, row(action));
    expect(isTaskDue(memory, again, clock.monotonic() + 19_999)).toBe(false);
    expect(isTaskDue(memory, again, clock.monotonic() + 20_000)).toBe(true);
  });

  it('is written at once with values that were not sent before', () => {
    const { clock, memory } = repaired(4);
    const moved = { ...task, overrides: [{ pointer: '/spec/replicas', value: 5 }] };
    expect(isTaskDue(memory, moved, clock.monotonic())).toBe(true);
  });

  it('is not repaired by a look that finds it gone, and a fault of it is not over by that', () => {
    const { clock, memory, deps } = world();
    rememberApplied(memory, deps, repair, row('failed'));
    for (let n = 0; n < 9; n += 1) rememberApplied(memory, deps, repair, { ...row('kept'), isRefresh: 'anew' });
    expect(isTaskDue({ ...memory, faults: new Map() }, repair, clock.monotonic())).toBe(true);
    expect(memory.faults.get(id)?.attempts).toBe(0);
  });

  it('starts anew after an hour without a repair, and not before', () => {
    const { clock, memory, deps } = repaired(8);
    clock.move(3_599_999);
    rememberApplied(memory, deps, repair, row('configured'));
    expect(isTaskDue(memory, repair, clock.monotonic())).toBe(false);
    clock.move(3_600_000);
    rememberApplied(memory, deps, repair, row('configured'));
    expect(isTaskDue(memory, repair, clock.monotonic())).toBe(true);
  });

  it('is forgotten once it is deleted', () => {
    const { memory, deps } = repaired(4);
    rememberRemoved(memory, deps, row('deleted'));
    expect(memory.repairs.size).toBe(0);
  });
});
