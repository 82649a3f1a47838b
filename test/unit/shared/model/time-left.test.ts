import { describe, expect, it } from 'vitest';
import { givesUpText, withTimeLeft } from '../../../../shared/model/time-left.ts';

const noon = Date.parse('2026-01-01T12:00:00Z');

describe('when a wait is given up', () => {
  it('is written as a moment, in whole seconds', () => {
    expect(givesUpText(noon + 400_499)).toBe('gives up at 2026-01-01T12:06:40Z');
  });

  it.each([
    [90, 'gives up in 90s'],
    [400, 'gives up in 7m'],
    [3 * 3600, 'gives up in 3h'],
    [0, 'gives up now'],
    [-5, 'gives up now'],
  ])('is read as the time that is left: %s s', (seconds, text) => {
    expect(withTimeLeft(`0 of 3 ready; ${givesUpText(noon + seconds * 1000)}`, noon)).toBe(`0 of 3 ready; ${text}`);
  });

  it('leaves every other message alone', () => {
    expect(withTimeLeft('Ready:1/1', noon)).toBe('Ready:1/1');
  });
});
