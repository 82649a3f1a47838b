import { describe, expect, it } from 'vitest';
import { budgetOf, concurrencyOf, settingsOf, sizeOf } from '../../../../hub/deliver/numbers.ts';

describe('numbers of a rollout', () => {
  it.each([
    ['5%', 2, 1, 0],
    ['50%', 3, 2, 1],
    ['7%', 100, 7, 7],
    ['100%', 3, 3, 3],
    [2, 5, 2, 2],
    [9, 5, 5, 9],
    ['0%', 5, 0, 0],
  ])('%s of %i: a size of %i, a budget of %i', (share, total, size, budget) => {
    expect([sizeOf(share, total), budgetOf(share, total)]).toEqual([size, budget]);
  });

  it.each([
    [undefined, 1, 1],
    [undefined, 10, 3],
    [undefined, 10_000, 100],
    ['10%', 10_000, 1000],
    [0, 10, 1],
  ])('maxConcurrent %s of %i is %i', (share, total, size) => {
    expect(concurrencyOf(share, total)).toBe(size);
  });

  it('of a wave win over those of its rollout, and those over the defaults', () => {
    const rollout = { soak: '10m', maxFailed: 2, approval: 'required' as const, onFailure: 'rollback' as const };
    const wave = settingsOf(rollout, { soak: '90s', approval: 'none' });
    expect(wave).toMatchObject({ soakMs: 90_000, maxFailed: 2, needsApproval: false, onFailure: 'rollback' });
    expect(settingsOf(rollout, null)).toMatchObject({ soakMs: 600_000, needsApproval: true });
    expect(settingsOf({ progressDeadline: '0s' }, null)).toMatchObject({ deadlineMs: 900_000 });
    expect(settingsOf(null, null)).toMatchObject({
      soakMs: 0,
      deadlineMs: 900_000,
      maxFailed: 0,
      maxAbsent: '100%',
      onFailure: 'halt',
    });
  });
});
