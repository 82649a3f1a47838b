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

  it('says the same of what is in order already, of a part of it, and of a copy of neither', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
        const ordered: unknown = JSON.parse(canonicalJson(value));
        expect(canonicalJson(ordered)).toBe(canonicalJson(value));
        const mixed = { b: { list: [ordered, other, value] }, a: ordered };
        expect(canonicalJson(mixed)).toBe(canonicalJson(JSON.parse(JSON.stringify(mixed))));
        expect(mixed).toEqual({ a: ordered, b: { list: [ordered, other, value] } });
      }),
    );
  });

  it('changes nothing of what it is given, and lets no class say how it looks', () => {
    const value = Object.freeze({ a: Object.freeze([1, Object.freeze({ z: 1, b: 2 })]) });
    expect(canonicalJson(value)).toBe('{"a":[1,{"b":2,"z":1}]}');
    expect(canonicalJson({ at: new Date(0) })).toBe('{"at":{}}');
  });

  it('takes as long for deep values as for flat ones', () => {
    let deep: unknown = { b: 1, a: 2 };
    for (let depth = 0; depth < 400; depth += 1) deep = { a: deep };
    expect(canonicalJson(deep)).toContain('{"a":2,"b":1}');
  });

  it('digests bytes as sha256 does', () => {
    expect(digestOf('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(digestOfValue({ b: 1, a: 2 })).toBe(digestOf('{"a":2,"b":1}'));
  });
});
