import { describe, expect, it } from 'vitest';
import { oncePerValue } from '../../../../shared/lib/memo.ts';

describe('an index of a value that never changes', () => {
  it('is made once for the very same value, and again for an equal one', () => {
    let made = 0;
    const lengthOf = oncePerValue((list: readonly number[]) => (made += 1) && list.length);
    const list = [1, 2];
    expect([lengthOf(list), lengthOf(list), made]).toEqual([2, 2, 1]);
    expect([lengthOf([1, 2]), made]).toEqual([2, 2]);
  });

  it('keeps an answer that is undefined, too', () => {
    let made = 0;
    const nothing = oncePerValue((): undefined => {
      made += 1;
      return undefined;
    });
    const value = {};
    nothing(value);
    nothing(value);
    expect(made).toBe(1);
  });
});
