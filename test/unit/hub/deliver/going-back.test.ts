import { describe, expect, it } from 'vitest';
import { goingBack } from '../../../../hub/deliver/going-back.ts';
import type { StandingUnit } from '../../../../hub/deliver/standing.ts';
import type { PublishedUnit } from '../../../../hub/deliver/told.ts';
import type { DeliveryUnit, UnitState } from '../../../../hub/deliver/unit.ts';
import { reportOf, unit } from '../../../fixtures/hub/deliveries.ts';

const now = '2026-03-01T12:00:00.000Z';

function one(
  cluster: string,
  state: UnitState,
  facts: Partial<StandingUnit> & { readonly accepted?: number } = {},
): StandingUnit {
  const { accepted = 7, ...more } = facts;
  return {
    unit: unit(cluster, 'web-v2', { report: reportOf({ accepted }) }),
    wave: 'all/rest',
    standing: { state, reason: 'why', healthyMs: 0, deadlineAt: null },
    counts: true,
    onFailure: 'halt',
    waveSize: 3,
    ...more,
  };
}

const stepping = (cluster: string): DeliveryUnit => {
  const known = unit(cluster, 'web-v2', { report: reportOf({ accepted: 7 }) });
  const delivery = { number: 17, attempt: 1, hasSteps: true };
  return { ...known, published: { ...(known.published as PublishedUnit), delivery } };
};

const rollback = { onFailure: 'rollback' } as const;

describe('goingBack', () => {
  it.each<[string, boolean, readonly StandingUnit[], Record<string, string>, boolean]>([
    ['nothing while all is well', false, [one('a', 'done'), one('b', 'admitted', { accepted: 6 })], {}, false],
    [
      'what has not fetched it, once more failed than is tolerated',
      true,
      [one('a', 'failed'), one('b', 'admitted', { accepted: 6 }), one('c', 'suspect')],
      { b: 'withdrawn' },
      false,
    ],
    [
      'what failed without fetching it, as a failure',
      true,
      [one('a', 'failed', { accepted: 6 })],
      { a: 'failed' },
      false,
    ],
    [
      'what goes through steps, with halt, too: they would go on by themselves',
      true,
      [one('a', 'failed'), { ...one('b', 'admitted'), unit: stepping('b') }],
      { b: 'withdrawn' },
      false,
    ],
    ['no steps within the budget', false, [{ ...one('b', 'admitted'), unit: stepping('b') }], {}, false],
    ['nothing that has fetched it, with halt', true, [one('a', 'failed'), one('b', 'failed')], {}, false],
    ['one failed cluster alone', true, [one('a', 'failed', rollback), one('b', 'done')], { a: 'failed' }, false],
    [
      'all with the second',
      true,
      [one('a', 'failed', rollback), one('b', 'failed', rollback)],
      { a: 'failed', b: 'failed' },
      true,
    ],
    [
      'all with the only one of a wave',
      true,
      [one('a', 'failed', { ...rollback, waveSize: 1 })],
      { a: 'failed' },
      true,
    ],
    [
      'not all within the budget',
      false,
      [one('a', 'failed', rollback), one('b', 'failed', rollback)],
      { a: 'failed', b: 'failed' },
      false,
    ],
    [
      'not all for one that is not counted',
      true,
      [one('a', 'failed', { ...rollback, waveSize: 1, counts: false })],
      { a: 'failed' },
      false,
    ],
  ])('sends back %s', (_, isOver, standing, units, all) => {
    const back = goingBack({ delivery: { content: 'web-v2', back: {} }, standing, isOver, now });
    expect(Object.fromEntries(Object.entries(back.units).map(([key, { why }]) => [key, why]))).toEqual(units);
    expect(back.all !== null).toBe(all);
    // Once is once.
    expect(goingBack({ delivery: { content: 'web-v2', back: back.units }, standing: [], isOver, now }).units).toBe(
      back.units,
    );
  });
});
