import { describe, expect, it } from 'vitest';
import { freshTimeMs, isFreshTime } from '../../../../hub/config/duration.ts';

describe('the time that signatures stay fresh', () => {
  it.each([
    ['12h', 12],
    ['30d', 30 * 24],
    ['8w', 8 * 7 * 24],
    ['366d', 366 * 24],
  ])('%s is %d hours', (text, hours) => {
    expect(isFreshTime(text)).toBe(true);
    expect(freshTimeMs(text)).toBe(hours * 3_600_000);
  });

  it.each(['', '0d', '30', '1.5d', '-1d', '367d', '99999w', '30 d', '30D'])('%j is a mistake', (text) => {
    expect(isFreshTime(text)).toBe(false);
    expect(() => freshTimeMs(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
