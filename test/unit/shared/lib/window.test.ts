import { describe, expect, it } from 'vitest';
import { cronFields } from '../../../../shared/adapters/schedule.ts';
import { windowOf, type WindowState } from '../../../../shared/lib/window.ts';

const hour = 3_600_000;
const at = (text: string): number => Date.parse(text);

/** What a window says at a moment, with its end as text. */
function look(cron: string, hours: number, timezone: string, now: string): string {
  const fields = cronFields(cron);
  if (fields === null) throw new Error(cron);
  return words(windowOf(fields, hours * hour, timezone)(at(now)));
}

function words({ isOpen, until }: WindowState): string {
  return `${isOpen ? 'open' : 'closed'} until ${until === null ? 'ever' : new Date(until).toISOString().slice(0, 16)}`;
}

describe('a window', () => {
  const nightly = ['0 2 * * *', 3, 'Europe/Berlin'] as const;
  it.each([
    ['in winter', ...nightly, '2026-01-10T00:59:00Z', 'closed until 2026-01-10T01:00'],
    ['from its first moment', ...nightly, '2026-01-10T01:00:00Z', 'open until 2026-01-10T04:00'],
    ['to its last', ...nightly, '2026-01-10T03:59:59.999Z', 'open until 2026-01-10T04:00'],
    ['not longer', ...nightly, '2026-01-10T04:00:00Z', 'closed until 2026-01-11T01:00'],
    ['in summer', ...nightly, '2026-07-10T00:30:00Z', 'open until 2026-07-10T03:00'],
    ['over midnight', '0 23 * * *', 4, 'UTC', '2026-01-10T02:30:00Z', 'open until 2026-01-10T03:00'],
    ['longer than a day', '0 18 * * 5', 36, 'UTC', '2026-11-22T12:00:00Z', 'closed until 2026-11-27T18:00'],
    ['on its last day', '0 18 * * 5', 36, 'UTC', '2026-11-22T05:59:00Z', 'open until 2026-11-22T06:00'],
    ['several times a day', '0,30 8-9 * * *', 0.25, 'UTC', '2026-01-10T08:20:00Z', 'closed until 2026-01-10T08:30'],
    ['overlapping', '*/30 8 * * *', 1, 'UTC', '2026-01-10T08:10:00Z', 'open until 2026-01-10T09:30'],
    [
      'where the day is another',
      '0 2 * * 1',
      1,
      'Pacific/Kiritimati',
      '2026-11-22T12:30:00Z',
      'open until 2026-11-22T13:00',
    ],
    ['on the first Sunday', '0 2 1-7 * 0', 1, 'UTC', '2026-11-22T00:00:00Z', 'closed until 2026-12-06T02:00'],
    ['every leap year', '0 0 29 2 *', 1, 'UTC', '2096-03-01T00:00:00Z', 'closed until 2104-02-29T00:00'],
    ['in a half-hour zone', '0 2 * * *', 1, 'Asia/Kolkata', '2026-01-10T20:00:00Z', 'closed until 2026-01-10T20:30'],
  ] as const)('%s', (_title, cron, hours, timezone, now, expected) => {
    expect(look(cron, hours, timezone, now)).toBe(expected);
  });

  it('opens where the clocks skip its time, and once where they show it twice', () => {
    // 2026-03-29, 02:00 becomes 03:00 in Berlin; 2026-10-25, 03:00 becomes 02:00.
    const halfPast = ['30 2 * * *', 0.5, 'Europe/Berlin'] as const;
    expect(look(...halfPast, '2026-03-29T00:30:00Z')).toBe('closed until 2026-03-29T01:00');
    expect(look(...halfPast, '2026-03-29T01:10:00Z')).toBe('open until 2026-03-29T01:30');
    expect(look(...halfPast, '2026-10-25T00:40:00Z')).toBe('open until 2026-10-25T01:00');
    expect(look(...halfPast, '2026-10-25T01:40:00Z')).toBe('closed until 2026-10-26T01:30');
  });

  it('that is always open is looked at again after a while', () => {
    const state = windowOf(cronFields('* * * * *')!, hour, 'UTC')(at('2026-01-10T00:00:00Z'));
    expect(state.isOpen).toBe(true);
    expect(state.until).toBeGreaterThan(at('2026-02-01T00:00:00Z'));
  });

  it('answers anew when its answer is over, or time goes back', () => {
    const nightlyAt = windowOf(cronFields('0 2 * * *')!, hour, 'UTC');
    const asked = ['2026-01-10T02:30:00Z', '2026-01-10T03:00:00Z', '2026-01-11T02:00:00Z', '2026-01-10T02:59:00Z'];
    expect(asked.map((now) => words(nightlyAt(at(now))))).toEqual([
      'open until 2026-01-10T03:00',
      'closed until 2026-01-11T02:00',
      'open until 2026-01-11T03:00',
      'open until 2026-01-10T03:00',
    ]);
  });

  it('of an unknown time zone is an error', () => {
    expect(() => windowOf(cronFields('* * * * *')!, hour, 'Europe/Nowhere')).toThrow(RangeError);
  });
});
