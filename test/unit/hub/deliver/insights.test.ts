import { expect, it } from 'vitest';
import { insightsBetween } from '../../../../hub/deliver/insights.ts';
import type { AppDelivery, Delivery } from '../../../../hub/model/delivery.ts';
import { revisionRecord } from '../../../fixtures/hub/facts.ts';

/** `web#2 succeeded`, from the first minute to the third. */
function delivery(text: string): AppDelivery {
  const [, number = '', phase = ''] = /#(\d+) (\S+)/.exec(text) ?? [];
  const ended = phase === 'running' ? {} : { endedAt: '2026-01-01T00:03:00.000Z' };
  const last = {
    number: Number(number),
    content: `web-v${number}`,
    phase,
    startedAt: '2026-01-01T00:01:00.000Z',
    ...ended,
  } as unknown as Delivery;
  return { app: 'default/web', stable: null, previous: null, last };
}
const recorded = { ...revisionRecord('default/web', 2), name: 'web-v2', at: '2026-01-01T00:00:30.000Z' };
const history = { revisions: new Map([['default/web', [recorded]]]), newest: new Map() };

it.each<[string, string | null, string, { leadTime: boolean; frequency: boolean } | null, readonly unknown[]]>([
  ['one that goes on', null, '#2 running', { leadTime: true, frequency: true }, []],
  ['one that arrived', '#2 running', '#2 succeeded', { leadTime: true, frequency: true }, ['succeeded', 150]],
  ['one that was short', '#1 succeeded', '#2 succeeded', { leadTime: true, frequency: true }, ['succeeded', 150]],
  ['one that was told already', '#2 succeeded', '#2 succeeded', { leadTime: true, frequency: true }, []],
  ['one that went back', '#2 running', '#2 rolled-back', { leadTime: true, frequency: true }, ['rolled-back', null]],
  ['one whose record is gone', '#3 running', '#3 succeeded', { leadTime: true, frequency: true }, ['succeeded', 120]],
  ['how often alone', '#2 running', '#2 succeeded', { leadTime: false, frequency: true }, ['succeeded', null]],
  ['how long alone', '#2 running', '#2 succeeded', { leadTime: true, frequency: false }, [null, 150]],
  ['nothing of others', '#2 running', '#2 succeeded', null, []],
])('insights tell %s', (_, before, after, measured, expected) => {
  const states = [before, after].map((text) => new Map(text === null ? [] : [['default/web', delivery(text)]]));
  const found = insightsBetween(states[0]!, states[1]!, { measuredOf: () => measured, history });
  expect(found.flatMap(({ phase, leadSeconds }) => [phase, leadSeconds])).toEqual(expected);
});
