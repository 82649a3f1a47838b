import { describe, expect, it } from 'vitest';
import { withReleased } from '../../../../hub/deliver/released.ts';
import type { DeliveryUnit } from '../../../../hub/deliver/unit.ts';
import { deliveryOf, deploy, fleet, Play, reportOf, unit } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;
const [before, now] = ['2026-03-01T12:00:00.000Z', '2026-03-01T14:00:00.000Z'];
const given = { at: before, wave: 'all/rest', units: ['a', 'b'], unhealthy: ['b'], attempt: 2 };
const delivery = deliveryOf('default/web', 1, { admitted: [given] }).last;

describe('what was held since it was given the content', () => {
  it.each<[string, readonly string[], DeliveryUnit, boolean]>([
    ['has its deadline from when it is held no more', ['a'], unit('a', 'web-v1'), true],
    ['has none while another stage holds it', ['a'], unit('a', 'web-v1', { hold: 'a guard' }), false],
    ['has none while its site holds it', ['a'], unit('a', 'web-v1', { report: reportOf({ siteHold: 'x' }) }), false],
    ['is only what was held', ['b'], unit('a', 'web-v1'), false],
    ['is only what was given it', ['c'], unit('c', 'web-v1'), false],
  ])('%s', (_, held, one, isReleased) => {
    const next = withReleased(delivery, { units: [one], heldBefore: new Set(held), now });
    if (!isReleased) expect(next).toBe(delivery);
    else {
      expect(next.admitted).toEqual([
        { at: before, wave: 'all/rest', units: ['b'], unhealthy: ['b'], attempt: 2 },
        { at: now, wave: 'all/rest', units: ['a'], attempt: 2 },
      ]);
    }
  });

  it('does not fail when a guard is approved after its deadline', () => {
    const play = new Play([deploy('all', null)], fleet('a'), 'web-v2');
    play.pass();
    const held = (hold: string | null) => {
      play.units = play.units.map((one) => ({ ...one, hold, published: unit('a', 'web-v1').published }));
    };
    for (let passes = 0; passes < 40; passes++) {
      held('PROTECTED_DELETE');
      play.agents();
      play.at += minute;
      expect(play.pass().progress).toMatchObject({ phase: 'running', held: [{ unit: 'a' }], failed: [] });
    }
    held(null);
    expect(play.run(minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2' } });
  });
});
