import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStored, storedBytes } from '../../../../../shared/lib/git/stored.ts';

const bytesOf = (length: number, fill?: number) =>
  Buffer.from(Array.from({ length }, (_, at) => fill ?? (at * 31) % 256));

describe('stored bytes', () => {
  it.each([0, 1, 3_799, 3_800, 3_801, 65_534, 65_535, 65_536, 131_070, 200_000])(
    'are inflated to what they were: %i bytes',
    (length) => {
      for (const fill of [undefined, 0, 255]) {
        const bytes = bytesOf(length, fill);
        expect(inflateSync(storedBytes(bytes)).equals(bytes)).toBe(true);
      }
    },
  );

  it('are read without inflating, where they are one block', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readStored(storedBytes(bytes), bytes.length)?.equals(bytes)).toBe(true);
      }),
    );
    expect(readStored(storedBytes(bytesOf(65_535)), 65_535)?.length).toBe(65_535);
  });

  it('are read with what follows them in a pack', () => {
    const stream = Buffer.concat([storedBytes(bytesOf(10)), Buffer.from('more')]);
    expect(readStored(stream, 10)).toEqual(bytesOf(10));
  });

  it.each<[what: string, stream: Buffer, size: number]>([
    ['deflated bytes', deflateSync(Buffer.from('x'.repeat(100))), 100],
    ['two blocks', storedBytes(bytesOf(65_536)), 65_536],
    ['another size', storedBytes(bytesOf(10)), 11],
    ['a smaller size', storedBytes(bytesOf(10)), 9],
    ['a cut stream', storedBytes(bytesOf(10)).subarray(0, -1), 10],
    ['nothing', Buffer.alloc(0), 0],
    ['a length that its complement denies', Buffer.from('7801010a00f5fe0000000000000000000000000000', 'hex'), 10],
  ])('are not what %s are', (_, stream, size) => {
    expect(readStored(stream, size)).toBeNull();
  });
});
