import { describe, expect, it } from 'vitest';
import { countedDeletions, deletionTime } from '../../../../agent/inventory/deletion-time.ts';
import { newInventoryMemory } from '../../../../agent/inventory/memory.ts';
import { noon } from '../../../fixtures/agent/bundle.ts';

const hour = 3_600_000;
const none: readonly { at: number; count: number }[] = [];

describe('the time that deletions are counted in', () => {
  it.each<[string, { now: number; monotonic: number }, number]>([
    ['goes on with both clocks', { now: noon + hour, monotonic: hour }, noon + hour],
    ['does not follow a clock that is set forward', { now: noon + 25 * hour, monotonic: hour }, noon + hour],
    ['does not follow a clock that is set back', { now: noon - 25 * hour, monotonic: hour }, noon + hour],
  ])('%s', (_, moment, expected) => {
    const memory = newInventoryMemory();
    deletionTime(memory, none, { now: noon, monotonic: 0 });
    expect(deletionTime(memory, none, moment)).toBe(expected);
    expect(countedDeletions(memory, null, moment).ahead).toBe(expected - moment.now);
  });

  it('begins after a restart with the clock, and never before what was recorded', () => {
    const deletions = [
      { at: noon - hour, count: 1 },
      { at: noon, count: 1 },
    ];
    const at = (now: number) => deletionTime(newInventoryMemory(), deletions, { now, monotonic: 7 });
    expect([at(noon + hour), at(noon - 1000 * hour)]).toEqual([noon + hour, noon]);
  });

  it('lets what was recorded with a clock far ahead count for 24 hours from when it is seen, and no longer', () => {
    const memory = newInventoryMemory();
    deletionTime(memory, none, { now: noon, monotonic: 0 });
    const ahead = [{ at: noon + 10_000 * hour, count: 3 }];
    expect(deletionTime(memory, ahead, { now: noon + hour, monotonic: hour })).toBe(noon + 10_000 * hour);
    expect(deletionTime(memory, ahead, { now: noon + 25 * hour, monotonic: 25 * hour })).toBe(noon + 10_024 * hour);
  });
});
