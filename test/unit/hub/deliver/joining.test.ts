import { describe, expect, it } from 'vitest';
import { joining, joinsDueAt } from '../../../../hub/deliver/joining.ts';
import type { DeliveryUnit } from '../../../../hub/deliver/unit.ts';
import type { AppDelivery } from '../../../../hub/model/delivery.ts';
import { deliveryOf, deploy, fleet, heartbeatMs, program, reportOf, unit } from '../../../fixtures/hub/deliveries.ts';
import { now } from '../../../fixtures/hub/status.ts';

const record = deliveryOf('default/web', 1);
const late = (name: string, facts: Partial<DeliveryUnit> = {}): DeliveryUnit =>
  unit(name, null, { joinedAt: now, ...facts });
/** Was given the stable content after it joined, and has not applied it. */
const onItsWay = (facts: Partial<DeliveryUnit> = {}): DeliveryUnit =>
  unit('j', 'web-v1', { joinedAt: now, report: reportOf({ health: 'Progressing' }), ...facts });

const inputOf = (units: readonly DeliveryUnit[], maxConcurrent?: number) => {
  const numbers = maxConcurrent === undefined ? null : { maxConcurrent };
  return { units, program: program([deploy('all', null, numbers)]), listening: { now, since: 0, heartbeatMs } };
};

function joined(units: readonly DeliveryUnit[], maxConcurrent?: number, delivery: AppDelivery = record): string {
  return [...joining(delivery, inputOf(units, maxConcurrent))].join(' ');
}

describe('what joins while a delivery runs', () => {
  it.each<[string, string, string]>([
    ['as many at a time as the policy says', joined([late('x'), late('y'), late('z')], 2), 'x y'],
    [
      'a quarter of all, without one',
      joined([...fleet('a', 'b', 'c', 'd', 'e', 'f'), late('x'), late('y'), late('z')]),
      'x y z',
    ],
    ['one at least', joined([late('x'), late('y')]), 'x'],
    ['fewer beside what is on its way', joined([onItsWay(), late('x'), late('y')], 2), 'x'],
    ['none, where there is no slot', joined([onItsWay(), late('x')], 1), ''],
    [
      'beside one that has applied it',
      joined([onItsWay({ report: reportOf({ applied: 'digest of web-v1' }) }), late('x')], 1),
      'x',
    ],
    ['beside one that is silent', joined([onItsWay({ report: null }), late('x')], 1), 'x'],
    ['beside one that fails', joined([onItsWay({ report: reportOf({ health: 'Degraded' }) }), late('x')], 1), 'x'],
    ['beside one that is held', joined([onItsWay({ hold: 'a guard' }), late('x')], 1), 'x'],
    ['beside one that was there before', joined([onItsWay({ joinedAt: now - 1 }), late('x')], 1), 'x'],
    [
      'beside those that are held, or have not joined',
      joined([late('h', { hold: 'a guard' }), late('n', { joinedAt: Infinity }), late('x'), late('y')], 1),
      'h n x',
    ],
    ['none, where nothing is stable', joined([late('x')], 1, { ...record, stable: null }), ''],
  ])('gets what is stable: %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});

describe('what waits to join is looked at again', () => {
  const silentAt = now + 3 * heartbeatMs + 1;
  const [older, newer] = [onItsWay({ report: reportOf({ receivedAt: now - 5, health: 'Progressing' }) }), onItsWay()];
  it.each<[string, readonly DeliveryUnit[], number | null]>([
    ['when the first of those in its slots falls silent', [newer, older, late('x')], silentAt - 5],
    ['also where that gets it only now', [late('x', { report: reportOf() }), late('y'), late('z')], silentAt],
    ['soon, where it says nothing yet', [late('x', { report: null }), late('y'), late('z')], now + heartbeatMs],
    [
      'soon, where it is silent',
      [late('x', { report: reportOf({ receivedAt: 0 }) }), late('y'), late('z')],
      now + heartbeatMs,
    ],
    ['not where nothing waits', [newer, older], null],
    ['not where all that waits may join', [newer, late('x')], null],
    ['not where what waits is held', [newer, older, late('x', { hold: 'a guard' })], null],
  ])('%s', (_, units, expected) => {
    expect(joinsDueAt(record, inputOf(units, 2))).toBe(expected);
  });
});
