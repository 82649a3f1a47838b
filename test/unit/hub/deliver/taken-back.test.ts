import { describe, expect, it } from 'vitest';
import { addTakenBack } from '../../../../hub/deliver/taken-back.ts';
import type { Wanted } from '../../../../hub/deliver/wanted.ts';
import type { Delivery, TakenBack } from '../../../../hub/model/delivery.ts';
import { deliveryOf, unit } from '../../../fixtures/hub/deliveries.ts';
import { now } from '../../../fixtures/hub/status.ts';

const former: Wanted = { kind: 'content', content: 'web-v4', reason: '' };

/** What is said of one unit of the fifth delivery, which brings web-v6, where web-v5 was stable. */
function said(last: Partial<Delivery>, wanted: Wanted | null, published: string | null = 'web-v6') {
  const found = new Map<string, Map<string, TakenBack>>();
  const own = [{ unit: 'default/web', cluster: 'a' }];
  const all = new Map(wanted === null ? [] : [['a', wanted]]);
  addTakenBack(found, deliveryOf('default/web', 5, last), { units: [unit('a', published)], own, wanted: all });
  return found.get('a')?.get('default/web');
}

const back: TakenBack = { delivery: 'default/web#5', hadIt: true };

describe('a unit is taken back', () => {
  it.each<[string, Partial<Delivery>, Wanted | null, string | null, TakenBack | undefined]>([
    ['where it is to have what it had before', { phase: 'rolled-back' }, former, 'web-v6', back],
    ['still, once it has that', { phase: 'rolled-back' }, former, 'web-v4', back],
    ['alone, where it failed', {}, former, 'web-v6', back],
    ['where the documents returned to what was stable', { phase: 'reverted' }, null, 'web-v6', { ...back, brought: 5 }],
    ['where they say to go back to an earlier content', { document: 'web-v7' }, null, 'web-v5', back],
    ['to what it never had', { phase: 'aborted', base: { a: null } }, former, 'web-v6', { ...back, hadIt: false }],
    ['not where nothing is published', { phase: 'rolled-back' }, former, null, undefined],
    ['not where it goes forward', {}, null, 'web-v5', undefined],
    ['not where it stays as it is', {}, { kind: 'stay', reason: '' }, 'web-v5', undefined],
    ['not where the next content waits', {}, { kind: 'content', content: 'web-v6', reason: '' }, 'web-v6', undefined],
    ['not before there was a delivery', { number: 0, phase: 'reverted' }, former, 'web-v5', undefined],
  ])('%s', (_, last, wanted, published, expected) => {
    expect(said(last, wanted, published)).toEqual(expected);
  });
});

describe('what a unit has beyond what it goes back to, its delivery brought', () => {
  const to = (content: string): Wanted => ({ kind: 'content', content, reason: '' });
  it.each<[string, Partial<Delivery>, Wanted | null, string, number | undefined]>([
    ['where it had the stable content, and has that again', {}, to('web-v5'), 'web-v6', 5],
    ['where the documents returned to that', { phase: 'reverted' }, null, 'web-v6', 5],
    ['where it had another one, and has that again', { base: { a: 'web-v4' } }, to('web-v4'), 'web-v6', 5],
    ['where some of its components have the content already', {}, to('web-v5'), 'web-v5 web-v6', 5],
    [
      'not where it had another one, and gets the stable one',
      { base: { a: 'web-v4' } },
      to('web-v5'),
      'web-v6',
      undefined,
    ],
    ['not where it had nothing', { base: { a: null } }, to('web-v5'), 'web-v6', undefined],
    ['not once it has its former content', { phase: 'rolled-back' }, to('web-v5'), 'web-v5', undefined],
    ['not of a third content', {}, to('web-v5'), 'web-v3 web-v6', undefined],
    ['not where going back is what the documents say', { document: 'web-v7' }, to('web-v6'), 'web-v5', undefined],
  ])('%s', (_, last, wanted, published, expected) => {
    expect(said({ phase: 'rolled-back', ...last }, wanted, published)?.brought).toBe(expected);
  });
});

describe('what goes back on a cluster that joined', () => {
  const at = (ms: number) => new Date(now + ms).toISOString();
  const step = (endedAt?: string): Delivery['steps'][string] => ({
    ...{ identity: 'i', phase: 'succeeded', startedAt: at(-9_000) },
    ...(endedAt !== undefined && { endedAt }),
  });
  const hadIt = (steps: Delivery['steps']) => {
    const found = new Map<string, Map<string, TakenBack>>();
    const own = [{ unit: 'default/web', cluster: 'a' }];
    const record = deliveryOf('default/web', 5, { phase: 'rolled-back', steps });
    const units = [unit('a', 'web-v6', { joinedAt: now })];
    addTakenBack(found, record, { units, own, wanted: new Map([['a', former]]) });
    return found.get('a')?.get('default/web')?.hadIt;
  };

  it.each<[string, Delivery['steps'], boolean]>([
    [
      'after the delivery had ended well is new there, Jobs too',
      { one: step(at(-2_000)), two: step(at(-1_000)) },
      false,
    ],
    ['before that was there', { one: step(at(-2_000)), two: step(at(1_000)) }, true],
    ['while steps go on was there', { one: step(at(-2_000)), two: step() }, true],
  ])('%s', (_, steps, expected) => {
    expect(hadIt(steps)).toBe(expected);
  });
});
