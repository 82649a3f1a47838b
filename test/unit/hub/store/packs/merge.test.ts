import { describe, expect, it } from 'vitest';
import { packsToMerge } from '../../../../../hub/store/packs/merge.ts';

const merged = (counts: readonly number[], maxPacks: number): number[] =>
  packsToMerge(
    counts.map((count) => ({ count })),
    maxPacks,
  ).map(({ count }) => count);

describe('the packs to merge', () => {
  it.each<[name: string, counts: readonly number[], maxPacks: number, merged: readonly number[]]>([
    ['none while there are few', [5, 5, 5], 3, []],
    ['all that are alike', [5, 5, 5, 5], 3, [5, 5, 5, 5]],
    ['the small ones beside a large one', [1000, 5, 5, 5], 3, [5, 5, 5]],
    ['a large one, too, when the small ones come to more than half of it', [1000, 300, 300], 2, [300, 300, 1000]],
    ['the two smallest where each is twice what is below it', [1, 10, 100, 1000], 3, [1, 10]],
    ['none of one pack', [5], 0, []],
  ])('are %s', (_, counts, maxPacks, expected) => {
    expect(merged(counts, maxPacks)).toEqual(expected);
  });
});
