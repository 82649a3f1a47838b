import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from '../../../../hub/render/weights.ts';

describe('normalised weights', () => {
  it.each([
    ['of nothing', [], []],
    ['that add up already', [90, 10], [90, 10]],
    ['in proportion', [1, 3], [25, 75]],
    ['with the rest to the largest remainder', [1, 2, 4], [14, 29, 57]],
    ['with the rest to the earlier one of a tie', [1, 1, 1], [34, 33, 33]],
    ['that are all zero, shared equally', [0, 0], [50, 50]],
    ['where one is zero', [0, 7], [0, 100]],
  ])('%s', (_, weights, expected) => {
    expect(normalise(weights)).toEqual(expected);
  });

  it('are whole numbers that add up to 100, each less than one away from its share', () => {
    const weights = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(weights, (given) => {
        const found = normalise(given);
        const total = given.reduce((sum, weight) => sum + weight, 0);
        expect(found.reduce((sum, weight) => sum + weight, 0)).toBe(100);
        given.forEach((weight, index) => {
          const share = total === 0 ? 100 / given.length : (weight * 100) / total;
          expect(Number.isInteger(found[index])).toBe(true);
          expect(Math.abs((found[index] ?? -1) - share)).toBeLessThan(1);
        });
      }),
    );
  });
});
