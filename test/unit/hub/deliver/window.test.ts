import { describe, expect, it } from 'vitest';
import { windowsAt } from '../../../../hub/deliver/window.ts';
import { cronFields } from '../../../../shared/adapters/schedule.ts';

describe('windowsAt', () => {
  it.each([
    ['2026-03-01T02:30:00Z', { cron: '0 2 * * *', duration: '3h' }, true],
    ['2026-03-01T05:30:00Z', { cron: '0 2 * * *', duration: '3h' }, false],
    ['2026-03-01T01:30:00Z', { cron: '0 2 * * *', duration: '3h', timezone: 'Europe/Berlin' }, true],
    ['2026-03-01T02:30:00Z', { cron: 'often', duration: '3h' }, false],
    ['2026-03-01T02:30:00Z', { cron: '0 2 * * *', duration: '3h', timezone: 'Mars/Olympus' }, false],
  ])('at %s of %j: open is %s', (at, window, isOpen) => {
    expect(windowsAt(cronFields, Date.parse(at))(window).isOpen).toBe(isOpen);
  });
});
