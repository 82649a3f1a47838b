import { describe, expect, it } from 'vitest';
import { inLots } from '../../../../../hub/store/packs/lots.ts';
import type { PackEntry } from '../../../../../shared/lib/git/pack.ts';

async function* entries(...sizes: readonly number[]): AsyncGenerator<PackEntry> {
  for (const [at, size] of sizes.entries()) {
    await Promise.resolve();
    yield { oid: String(at).padStart(40, '0'), bytes: Buffer.alloc(size) };
  }
}

describe('entries for packs', () => {
  it.each([
    ['none', [], []],
    ['below the limit', [3, 4], [[3, 4]]],
    ['that reach it', [3, 7, 1], [[3, 7], [1]]],
    ['each of which is larger than that', [20, 30], [[20], [30]]],
  ])('are in lots of so many bytes: %s', async (_, sizes, expected) => {
    const lots: number[][] = [];
    for await (const lot of inLots(entries(...sizes), 10)) lots.push(lot.map(({ bytes }) => bytes.length));
    expect(lots).toEqual(expected);
  });
});
