import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthOf, pack, unpack } from '../../../../hub/model/packed.ts';
import { startSlices } from '../../../../shared/lib/slices.ts';

const counted = () => {
  let turns = 0;
  const slices = startSlices(() => Promise.resolve(void (turns += 1)));
  return { slices, turns: () => turns };
};
const long = 'x'.repeat(40_000);

describe('a packed value', () => {
  it('is its own text while that is short', () => {
    expect(pack({ a: [1, null, 'x'] })).toBe('{"a":[1,null,"x"]}');
    expect(pack(null)).toBe('null');
  });

  it.each([
    ['a long list', Array.from({ length: 50_000 }, (_, index) => index)],
    [
      'a mapping with many keys',
      Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index])),
    ],
    ['large members among small ones', { a: 1, b: { c: [long, long, { d: long }, long], e: 2 }, f: [1, 2] }],
    ['keys like numbers', { 2: long, 1: long, b: long, a: 1 }],
    ['one long text', ['y'.repeat(300_000)]],
  ])('of %s is the same again', async (_, value) => {
    const packed = pack(value);
    const again = await unpack(packed, counted().slices);
    expect(typeof packed).toBe('object');
    expect(JSON.stringify(again)).toBe(JSON.stringify(value));
  });

  it('is the same again, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const large = { value, more: [long, value, long] };
        expect(await unpack(pack(large), counted().slices)).toEqual(JSON.parse(JSON.stringify(large)));
      }),
      { numRuns: 50 },
    );
  });

  it('is read in slices, of which none is long', async () => {
    const value = Array.from({ length: 30_000 }, (_, index) => ({ index, text: 'abcdefghij' }));
    const { slices, turns } = counted();
    const packed = pack(value);
    await unpack(packed, slices);
    // One slice is about 500 KiB.
    expect(turns()).toBeGreaterThanOrEqual(Math.floor(lengthOf(packed) / (600 * 1024)));
    const pieces = typeof packed === 'string' ? [] : packed.parts.filter((part) => typeof part === 'string');
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000);
  });
});
