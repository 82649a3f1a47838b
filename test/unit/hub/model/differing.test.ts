import { describe, expect, it } from 'vitest';
import { differingKeys, noteDiffering } from '../../../../hub/model/differing.ts';

const [one, two, three] = [{}, {}, {}];

describe('what differs between two mappings', () => {
  it.each([
    ['nothing, where they are equal', [['a', one]], [['a', one]], []],
    [
      'another value',
      [
        ['a', one],
        ['b', two],
      ],
      [
        ['a', one],
        ['b', three],
      ],
      ['b'],
    ],
    ['what came', [['a', one]], Object.entries({ a: one, b: two }), ['b']],
    ['what went', Object.entries({ a: one, b: two }), [['b', two]], ['a']],
    [
      'what came in the place of another',
      Object.entries({ a: one, b: two }),
      Object.entries({ a: one, c: two }),
      ['b', 'c'],
    ],
    ['a key without a value that came', [], [['a', undefined]], ['a']],
    ['a key without a value that went', [['a', undefined]], [], ['a']],
  ] as const)('is %s', (_, before, now, keys) => {
    const mapping = (entries: typeof before | typeof now) => new Map<string, unknown>(entries);
    expect([...differingKeys(mapping(before), mapping(now))].sort()).toEqual(keys);
  });

  it('is nothing of the very same mapping', () => {
    const same = new Map([['a', one]]);
    expect(differingKeys(same, same).size).toBe(0);
  });

  it('is what was touched and is another value, where that is noted, and nothing else is compared', () => {
    const before = new Map(Object.entries({ a: one, b: two, c: three }));
    const now = new Map(Object.entries({ a: two, b: two }));
    noteDiffering(before, now, ['a', 'b']);
    // What was said counts: `c` was not.
    expect([...differingKeys(before, now)]).toEqual(['a']);
    expect([...differingKeys(new Map(before), now)].sort()).toEqual(['a', 'c']);
  });

  it('is told of the pair that is asked for, also where another one was before', () => {
    const [first, second, third] = [new Map([['a', one]]), new Map([['b', one]]), new Map([['b', two]])];
    expect([...differingKeys(first, third)].sort()).toEqual(['a', 'b']);
    expect([...differingKeys(second, third)]).toEqual(['b']);
    expect([...differingKeys(first, third)].sort()).toEqual(['a', 'b']);
  });
});
