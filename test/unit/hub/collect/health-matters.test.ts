import { describe, expect, it } from 'vitest';
import { healthMatters } from '../../../../hub/collect/health-matters.ts';
import type { GuardedChange } from '../../../../hub/model/guarded-change.ts';
import { deliveryOf } from '../../../fixtures/hub/deliveries.ts';
import { stateOf } from '../../../fixtures/hub/status.ts';

const nothing = stateOf([], []);
const web = { app: 'default/web', cluster: 'a' };
const delivering = (facts: Parameters<typeof deliveryOf>[2] = {}) => ({
  ...nothing,
  deliveries: new Map([['default/web', deliveryOf('default/web', 1, facts)]]),
});
const moving = { ...nothing, guarded: [{ code: 'MOVE_UNFINISHED', waitsFor: ['a'] } as unknown as GuardedChange] };
const problems = [{ code: 'CHANGE_ABANDONED', message: 'm', severity: 'warning', cluster: 'a' } as const];

describe('healthMatters', () => {
  it.each([
    ['nothing waits', web, nothing, false],
    ['a delivery of it runs', web, delivering(), true],
    [
      'a delivery of another one runs, of which a step may wait for it',
      { ...web, app: 'default/api' },
      delivering(),
      true,
    ],
    ['its delivery is over', web, delivering({ phase: 'succeeded' }), false],
    ['a move waits for its cluster', web, moving, true],
    ['a move waits for another cluster', { ...web, cluster: 'b' }, moving, false],
    ['a warning tells of its cluster', web, { ...nothing, problems }, true],
    ['a warning tells of another cluster', { ...web, cluster: 'b' }, { ...nothing, problems }, false],
  ])('%s', (_, unit, state, expected) => {
    expect(healthMatters(unit, state)).toBe(expected);
  });
});
