import { describe, expect, it } from 'vitest';
import { cronFields, cronSchedule, isCronExpression } from '../../../../shared/adapters/schedule.ts';
import { scheduleNames } from '../../../../shared/lib/window.ts';

describe('cronSchedule', () => {
  it.each([
    ['* * * * *', true],
    ['*/30 * * * * *', true],
    ['61 * * * *', false],
    ['every minute', false],
  ])('takes %s: %s', (expression, valid) => {
    expect(isCronExpression(expression)).toBe(valid);
  });

  it('refuses a bad expression with its code', () => {
    expect(() => cronSchedule(0)('nonsense', () => undefined)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  it('calls on time and stops when told', async () => {
    const first = await new Promise<string>((resolve) => {
      const stop = cronSchedule(0)('* * * * * *', () => {
        stop();
        resolve('called');
      });
    });
    expect(first).toBe('called');
  });
});

describe('cronFields', () => {
  it.each(scheduleNames)('spells %s out', (name) => {
    expect(cronFields(name)?.minutes).toEqual([0]);
  });

  it('spells an expression out, names and steps included', () => {
    expect(cronFields('*/30 1-3 1,15 JAN,3 SUN-TUE')).toEqual({
      minutes: [0, 30],
      hours: [1, 2, 3],
      daysOfMonth: [1, 15],
      months: [1, 3],
      daysOfWeek: [0, 1, 2],
    });
  });

  it.each([
    '0 0 2 * * *',
    '0 2 L * *',
    '0 2 15W * *',
    '0 2 * * 1#2',
    '0 2 * * 5L',
    'whenever',
    '',
    '0 25 * * *',
    '0 0 30 2 *',
  ])('takes no %j', (text) => {
    expect(cronFields(text)).toBeNull();
  });
});
