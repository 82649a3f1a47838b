import { describe, expect, it } from 'vitest';
import { directiveOf } from '../../../../hub/deliver/directives.ts';
import type { Wanted } from '../../../../hub/deliver/wanted.ts';
import type { AppDelivery, Delivery, UnitDirective } from '../../../../hub/model/delivery.ts';
import { deliveryOf, unit } from '../../../fixtures/hub/deliveries.ts';
import { deploymentDocument } from '../../../fixtures/hub/facts.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 12, minutes)).toISOString();
const kept = (numbers: readonly number[], revision: string) => ({
  numbers,
  commit: 'c',
  document: deploymentDocument({}, revision),
});

/** The fifth delivery brings web-v2, and the cluster `a` was given it. */
function record(facts: Partial<Delivery> = {}): AppDelivery {
  const admitted = [{ at: at(10), wave: 'deploy/rest', units: ['a'] }];
  return {
    ...deliveryOf('default/web', 5, { content: 'web-v2', admitted, ...facts }),
    stable: 'web-v1',
    documents: { 'web-v1': kept([2, 4], 'web-v1'), 'web-v2': kept([5], 'web-v2') },
  };
}

const stays: Wanted = { kind: 'stay', reason: '' };
const former: Wanted = { kind: 'content', content: 'web-v1', reason: '' };
const promoted = (minutes: number, cluster?: string): Partial<Delivery> => ({
  decisions: [
    { verdict: 'promote', by: 'ann', at: at(minutes), reason: '', ...(cluster !== undefined && { cluster }) },
  ],
});
const again = { admitted: [{ at: at(20), wave: 'deploy/rest', units: ['a'], attempt: 3 }] };

interface Given {
  readonly told?: string;
  readonly wanted?: Wanted;
  readonly record?: Partial<Delivery>;
  readonly paused?: string;
  readonly content?: string;
}

/** `5.1 run` = delivery 5 at attempt 1. */
function words(directive: UnitDirective | null): string {
  if (directive === null) return '-';
  const { number, attempt, action, isAtOnce } = directive;
  return `${number}.${attempt} ${action}${isAtOnce === true ? ' at once' : ''}`;
}

describe('what a cluster is told of a delivery', () => {
  it.each<[string, Given, string]>([
    ['the delivery that brings the content', {}, '5.1 run'],
    ['the attempt at which it was given it', { record: again }, '5.3 run'],
    ['the same again, where an attempt is told already', { told: '5.3', record: { admitted: [] } }, '5.3 run'],
    ['a later attempt than it is told', { told: '5.2', record: again }, '5.3 run'],
    ['nothing, where it stays as it is', { told: '4.1', wanted: stays }, '-'],
    ['to go back, where steps of another one go on', { told: '4.2', wanted: { ...stays, isBack: true } }, '4.2 back'],
    ['nothing to go back from, without a number', { wanted: { ...stays, isBack: true } }, '-'],
    ['the delivery that brought its former content', { wanted: former }, '4.1 run at once'],
    ['that one by the number that it knows', { told: '2.1', wanted: former }, '2.1 run at once'],
    ['not to go on, while it is paused', { paused: 'by ann' }, '5.1 pause'],
    ['nothing of a pause once it has ended', { paused: 'by ann', record: { phase: 'succeeded' } }, '5.1 run'],
    ['to end its steps', { record: promoted(11) }, '5.1 promote'],
    ['to end them although it is paused', { record: promoted(11), paused: 'by ann' }, '5.1 promote'],
    ['to end them on it alone', { record: promoted(11, 'a') }, '5.1 promote'],
    ['not to end those of another cluster', { record: promoted(11, 'b') }, '5.1 run'],
    ['not to end steps that came later', { record: promoted(9) }, '5.1 run'],
    [
      'what the documents returned to, without steps',
      { record: { phase: 'reverted' }, content: 'web-v1' },
      '4.1 run at once',
    ],
  ])('%s', (_, { told, wanted = null, record: facts = {}, paused = null, content = 'web-v2' }, expected) => {
    const [number = 0, attempt = 0] = (told ?? '').split('.').map(Number);
    const bare = unit('a', 'web-v2');
    const delivery = { number, attempt, hasSteps: false };
    const published = { content: 'web-v2', digest: 'd', generation: 7, ...(told !== undefined && { delivery }) };
    const input = { record: record(facts), content, paused };
    expect(words(directiveOf(input, { ...bare, published }, wanted))).toBe(expected);
  });

  it('is nothing for what ran before there was a delivery', () => {
    const before = { ...record(), documents: { 'web-v1': kept([0], 'web-v1') } };
    const input = { record: before, content: 'web-v2', paused: null };
    expect(directiveOf(input, unit('a', 'web-v2'), former)).toBeNull();
  });
});
