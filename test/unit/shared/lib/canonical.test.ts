import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, canonicalPretty, digestOf, digestOfValue } from '../../../../shared/lib/canonical.ts';

describe('canonical JSON', () => {
  it.each([
    [
      'sorts keys by code unit at every depth',
      { b: { d: 1, c: [{ z: 1, a: 2 }] }, a: 0, Z: 1 },
      '{"Z":1,"a":0,"b":{"c":[{"a":2,"z":1}],"d":1}}',
    ],
    ['leaves undefined members out', { a: undefined, b: null }, '{"b":null}'],
    ['keeps the order of lists', [3, 1, 2], '[3,1,2]'],
    ['keeps __proto__ a plain key', JSON.parse('{"__proto__":{"x":1},"a":2}'), '{"__proto__":{"x":1},"a":2}'],
  ])('%s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('is the same for every order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const shuffled = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(shuffled)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalPretty(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('digests bytes as sha256 does', () => {
    expect(digestOf('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(digestOfValue({ b: 1, a: 2 })).toBe(digestOf('{"a":2,"b":1}'));
  });
});
