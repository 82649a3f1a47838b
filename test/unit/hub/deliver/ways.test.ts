import { describe, expect, it } from 'vitest';
import type { DeliveryUnit } from '../../../../hub/deliver/unit.ts';
import { wantedFirst, waysOf, type SaidWays } from '../../../../hub/deliver/ways.ts';
import { compile } from '../../../../hub/workflow/compile.ts';
import { bookinfo } from '../../../fixtures/hub/programs.ts';
import { deliveryOf, fleet, reportOf, unit } from '../../../fixtures/hub/deliveries.ts';

const target = { revision: 'reviews-v1', weight: 100 };
const application = bookinfo([
  { name: 'all', type: 'canary-rollout', properties: { traffic: { weightedTargets: [target] } } },
]);
const said = { program: compile(application), application, content: 'web-v3' };
const record = { ...deliveryOf('default/web', 2, {}), stable: 'web-v2', previous: 'web-v1' };

describe('the way of an Application', () => {
  it('is all of it at once without copies, and where it does not go back', () => {
    expect(waysOf(said, record, fleet('a'))).toEqual({});
  });

  it.each<[string, Parameters<typeof waysOf>[1], readonly DeliveryUnit[], string]>([
    ['what was delivered well serves', record, fleet('a'), 'web-v2 -> web-v3'],
    ['what all clusters have serves, without a delivery', undefined, fleet('a', 'b'), 'web-v1 -> web-v3'],
    [
      'nothing is known to serve where they have different contents',
      undefined,
      [...fleet('a'), unit('b', 'web-v2')],
      '',
    ],
    ['nor where they have nothing', undefined, [unit('a', null)], ''],
  ])('counts its copies from what serves: %s', (_, before, units, expected) => {
    let asked = '';
    const copies: SaidWays['copies'] = (serving, coming) => {
      asked = `${serving} -> ${coming}`;
      return () => ({ serving: 7, coming: 8 });
    };
    const { moves } = waysOf({ ...said, copies }, before, units);
    expect(asked).toBe(expected);
    expect(moves?.faultOf('all') === null).toBe(expected === '');
  });

  it.each<[string, Parameters<typeof waysOf>[1], readonly DeliveryUnit[], string | undefined]>([
    ['from what serves, with what was before it', record, fleet('a'), 'web-v2 after web-v1'],
    ['from what all clusters have', undefined, fleet('a'), 'web-v1 after null'],
    ['from nothing to nothing', undefined, [unit('a', null)], undefined],
  ])('goes back %s', (_, before, units, expected) => {
    const goesBackTo: SaidWays['goesBackTo'] = (serving, previous) => `${serving} after ${previous}`;
    expect(waysOf({ ...said, goesBackTo }, before, units).instead).toBe(expected);
  });
});

describe('what is wanted of units with copies', () => {
  it('is that what is under way to something else goes back first', () => {
    const delivery = { number: 2, attempt: 1, hasSteps: true };
    const bare = unit('a', 'web-v2');
    const running = reportOf({ delivery: { number: 2, attempt: 1, step: 0, phase: 'running' } });
    const stepping = { ...bare, published: { ...bare.published!, delivery }, report: running };
    const wanted = new Map([['b', { kind: 'stay' as const, reason: 'not reached' }]]);
    expect(Object.fromEntries(wantedFirst(wanted, [stepping, ...fleet('b', 'c')], 'web-v3'))).toEqual({
      a: { kind: 'stay', reason: 'what it is on its way to is taken back first', isBack: true },
      b: { kind: 'stay', reason: 'not reached' },
    });
  });
});
