import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createByteCache } from '../../../../hub/model/byte-cache.ts';

const moves = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), size: fc.nat({ max: 40 }), set: fc.boolean() }),
  { maxLength: 60 },
);

describe('a cache with a limit of bytes', () => {
  it('never holds more than its limits, and keeps what was used last', () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 4 }), (some, bytes, entries) => {
        const cache = createByteCache<number>({ bytes, entries }, (size) => size);
        // The plainest cache: a list, newest last.
        let kept: { key: string; size: number }[] = [];
        const total = () => kept.reduce((sum, { key, size }) => sum + key.length + size, 0);
        for (const { key, size, set } of some) {
          const found = kept.find((one) => one.key === key);
          if (!set) {
            expect(cache.get(key)).toBe(found?.size);
            if (found !== undefined) kept = [...kept.filter((one) => one !== found), found];
            continue;
          }
          cache.set(key, size);
          kept = [...kept.filter((one) => one !== found), { key, size }];
          while (total() > bytes || kept.length > entries) kept.shift();
          expect(cache.bytes()).toBe(total());
        }
      }),
    );
  });

  it('forgets what it is told to', () => {
    const cache = createByteCache<number>({ bytes: 10 }, (size) => size);
    cache.set('a', 5);
    cache.delete('a');
    expect([cache.get('a'), cache.bytes()]).toEqual([undefined, 0]);
  });
});
