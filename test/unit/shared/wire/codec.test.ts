import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decode, encode } from '../../../../shared/wire/codec.ts';

const schema = z.strictObject({ name: z.string(), size: z.number() });
const document = { name: 'one', size: 1 };

describe('the codec', () => {
  it('reads what it wrote, and writes the same bytes again', () => {
    const bytes = encode(document);
    expect(encode(decode(schema, bytes, 'a.json'))).toEqual(bytes);
  });

  it.each([
    ['an unknown member', { ...document, more: 1 }, 'the top'],
    ['a missing member', { ...document, name: undefined }, 'name'],
    ['a number where a text belongs', { ...document, name: 1 }, 'name'],
  ])('refuses %s with the place', (_, value, place) => {
    expect(() => decode(schema, encode(value), 'a.json')).toThrow(`expected shape at ${place}`);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => decode(schema, Buffer.from([0xff, 0xfe]), 'x')).toThrow('not a JSON document');
  });
});
