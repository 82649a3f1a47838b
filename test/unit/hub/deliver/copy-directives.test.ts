import { describe, expect, it } from 'vitest';
import { backFirst, copyDirectiveOf } from '../../../../hub/deliver/copy-directives.ts';
import type { PublishedUnit } from '../../../../hub/deliver/told.ts';
import type { DeliveryUnit } from '../../../../hub/deliver/unit.ts';
import type { Wanted } from '../../../../hub/deliver/wanted.ts';
import type { UnitDirective } from '../../../../hub/model/delivery.ts';
import type { ReportApp } from '../../../../shared/wire/report.ts';
import { deliveryOf, reportOf, unit } from '../../../fixtures/hub/deliveries.ts';

const rollout = { steps: [{ type: 'pause' as const }], isPaused: false };
const admitted = [{ at: '2026-03-01T12:00:00Z', wave: 'deploy/rest', units: ['a'] }];
/** The fifth delivery brings web-v2, and the cluster `a` was given it. */
const record = { ...deliveryOf('default/web', 5, { content: 'web-v2', admitted }), stable: 'web-v1' };

/** A unit with this content, told of `DELIVERY.ATTEMPT`, with steps or without. */
function told(content: string, text: string | null, hasSteps = false): DeliveryUnit {
  const bare = unit('a', content);
  if (text === null) return bare;
  const [number = 0, attempt = 0] = text.split('.').map(Number);
  const published: PublishedUnit = { ...bare.published!, delivery: { number, attempt, hasSteps } };
  return { ...bare, published };
}

const words = (directive: UnitDirective | null): string => {
  if (directive === null) return '-';
  const { number, attempt, action, isCopy, rollout: steps } = directive;
  return `${number}.${attempt} ${action}${isCopy === true ? ' beside' : ''}${steps === undefined ? '' : ' in steps'}`;
};

const stay: Wanted = { kind: 'stay', reason: '' };
const content = (name: string): Wanted => ({ kind: 'content', content: name, reason: '' });

describe('what a cluster is told of an Application with copies', () => {
  it.each<[string, DeliveryUnit, Wanted | null, string]>([
    ['the steps of the delivery', told('web-v1', null), null, '5.1 run beside in steps'],
    ['nothing where it stays', told('web-v1', '4.1'), stay, '-'],
    ['to go back', told('web-v2', '5.1', true), { kind: 'stay', reason: '', isBack: true }, '5.1 back'],
    ['an earlier content as a higher attempt', told('web-v2', '5.1'), content('web-v1'), '5.2 run beside'],
    ['the same once it has that', told('web-v1', '5.2'), content('web-v1'), '5.2 run beside'],
    ['nothing of what it has from before', told('web-v1', null), content('web-v1'), '-'],
    ['an earlier one of another number', told('web-v2', '3.4'), content('web-v1'), '5.2 run beside'],
    [
      'the steps at a higher attempt, where it was led elsewhere',
      told('web-v1', '5.2'),
      null,
      '5.3 run beside in steps',
    ],
    ['the same steps still', told('web-v2', '5.3'), null, '5.3 run beside in steps'],
    [
      'the steps to an earlier content that is brought',
      told('web-v1', null),
      content('web-v2'),
      '5.1 run beside in steps',
    ],
  ])('%s', (_, one, wanted, expected) => {
    const input = { record, content: 'web-v2', paused: null, rollout };
    expect(words(copyDirectiveOf(input, one, wanted))).toBe(expected);
  });
});

describe('before steps lead to another content', () => {
  const stepping = (phase: 'running' | 'returned' | 'done', change: ReportApp['phase']) => {
    const bare = told('web-v2', '5.1', true);
    const delivery = { number: 5, attempt: 1, step: 1, phase };
    const applied = phase === 'done' ? bare.published!.digest : null;
    return { ...bare, report: reportOf({ delivery, phase: change, applied }) };
  };

  it.each<[string, DeliveryUnit, Wanted | null, 'goes back' | 'as wanted']>([
    ['what is under way goes back first', stepping('running', 'shift'), content('web-v1'), 'goes back'],
    ['also for what the documents say next', stepping('running', 'shift'), null, 'goes back'],
    ['until what served is whole again', stepping('returned', 'scale-up'), content('web-v1'), 'goes back'],
    ['then it is as wanted', stepping('returned', 'blocked'), content('web-v1'), 'as wanted'],
    ['what is done does not go back first', stepping('done', 'settled'), content('web-v1'), 'as wanted'],
    ['nor what goes on', stepping('running', 'shift'), content('web-v2'), 'as wanted'],
    ['nor what stays', stepping('running', 'shift'), stay, 'as wanted'],
    ['nor what has no steps', told('web-v2', '5.1'), content('web-v1'), 'as wanted'],
  ])('%s', (_, one, wanted, expected) => {
    const found = backFirst(wanted, one, 'web-v3');
    expect(found === wanted ? 'as wanted' : found?.kind === 'stay' && found.isBack === true ? 'goes back' : '?').toBe(
      expected,
    );
  });
});
