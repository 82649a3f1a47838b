import { describe, expect, it } from 'vitest';
import { oncePerText, oncePerValue } from '../../../../shared/lib/memo.ts';

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

describe('what is computed once for each text', () => {
  it('stays known while texts are asked for that are known, and is begun anew by one too many', () => {
    const computed: string[] = [];
    const lengthOf = oncePerText(2, (text) => computed.push(text));
    for (const text of ['a', 'bb', 'a', 'bb', 'a']) lengthOf(text);
    expect(computed).toEqual(['a', 'bb']);
    lengthOf('c');
    lengthOf('c');
    lengthOf('a');
    expect(computed).toEqual(['a', 'bb', 'c', 'a']);
  });

  it('is kept although it is nothing', () => {
    let asked = 0;
    const nothing = oncePerText(2, (): undefined => {
      asked += 1;
      return undefined;
    });
    nothing('a');
    nothing('a');
    expect(asked).toBe(1);
  });
});
