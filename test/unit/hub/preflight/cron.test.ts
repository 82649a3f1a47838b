import { describe, expect, it } from 'vitest';
import { scheduleFault } from '../../../../hub/preflight/cron.ts';

describe('a schedule', () => {
  it.each([
    '* * * * *',
    '*/15 0-6,20 1 jan-mar MON',
    '0 1 ? * 0',
    '  5   4 * * *  ',
    '1-10/3 * * * *',
    '5/10 * * * *',
    '@daily',
    '@every 90m',
    '@every 1h30m',
    '+5 * * * *',
  ])('is read: %s', (schedule) => {
    expect(scheduleFault(schedule)).toBeNull();
  });

  it.each<[schedule: string, fault: string]>([
    ['', 'has 0 fields; write 5: minute, hour, day of the month, month, day of the week'],
    ['* * * *', 'has 4 fields; write 5: minute, hour, day of the month, month, day of the week'],
    ['* * * * * *', 'has 6 fields; write 5: minute, hour, day of the month, month, day of the week'],
    ['60 * * * *', 'has 60 as minute, which is 0 to 59'],
    ['* 24 * * *', 'has 24 as hour, which is 0 to 23'],
    ['* * 0 * *', 'has 0 as day of the month, which is 1 to 31'],
    ['* * * 13 *', 'has 13 as month, which is 1 to 12'],
    ['* * * * 7', 'has 7 as day of the week, which is 0 to 6'],
    ['* * * * fri-mon', 'has fri-mon as day of the week, which ends before it begins'],
    ['5-1 * * * *', 'has 5-1 as minute, which ends before it begins'],
    ['1-2-3 * * * *', 'has "1-2-3" as minute'],
    ['x * * * *', 'has "x" as minute'],
    ['-1 * * * *', 'has "-1" as minute'],
    ['*/0 * * * *', 'has the step "0" in the minute'],
    ['*/x * * * *', 'has the step "x" in the minute'],
    ['1/2/3 * * * *', 'has "1/2/3" as minute'],
    ['1,99 * * * *', 'has 99 as minute, which is 0 to 59'],
    ['@never', 'is none of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly'],
    ['@every soon', 'is not an interval; write @every 90m'],
    ['TZ=Europe/Berlin 0 1 * * *', 'names a time zone; write it as timeZone'],
  ])('is not: %j', (schedule, fault) => {
    expect(scheduleFault(schedule)).toBe(fault);
  });
});
