import { gzipSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pack, unpack, type PackedFile } from '../../../../agent/inventory/pack.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';

const mebibyte = 1024 * 1024;
const file = (content: string | Uint8Array): PackedFile => [digestOf(content), () => Buffer.from(content)];
const options = { level: 1, most: 64 * mebibyte };
const textsOf = (unpacked: Awaited<ReturnType<typeof unpack>>) =>
  typeof unpacked === 'string' ? unpacked : [unpacked.first, ...[...unpacked.files.values()].map(String)];

describe('what is packed', () => {
  it.each([
    ['nothing', '', []],
    ['a first text alone', 'first\nof two lines', []],
    ['files with line feeds, of no bytes, and of other letters', '{}', ['a\n\nb', '', 'für\n', 'x 3\n']],
    ['a large file between small ones', '{}', ['a', 'large '.repeat(mebibyte / 3), 'b']],
  ])('is read as it was: %s', async (_, first, contents) => {
    const packed = await pack(first, contents.map(file), options);
    expect(textsOf(await unpack(packed, 64 * mebibyte))).toEqual([first, ...contents]);
  });

  it('comes by digest, and leaves out what cannot be read any more', async () => {
    const gone: PackedFile = [digestOf('gone'), () => null];
    const packed = await pack('', [file('a'), gone, file('b')], options);
    const unpacked = await unpack(packed, mebibyte);
    expect(typeof unpacked === 'string' ? [] : [...unpacked.files.keys()]).toEqual([digestOf('a'), digestOf('b')]);
  });

  it('is given up as soon as it is too large: an endless list of files comes to its end', async () => {
    let reads = 0;
    function* endless(): Iterable<PackedFile> {
      for (;;) {
        const bytes = randomBytes(mebibyte / 4);
        yield [digestOf(bytes), () => ((reads += 1), bytes)];
      }
    }
    await expect(pack('', endless(), { level: 1, most: 2 * mebibyte })).rejects.toThrow('too large to be kept');
    expect(reads).toBeLessThan(100);
  });

  it('is given up as soon as more comes out of it than a bundle may have', async () => {
    const bomb = await pack('', [file(Buffer.alloc(16 * mebibyte))], options);
    expect(bomb.byteLength).toBeLessThan(mebibyte);
    await expect(unpack(bomb, 8 * mebibyte)).rejects.toThrow('more was kept');
  });

  it('is read as text where it was packed otherwise', async () => {
    expect(await unpack(gzipSync('{"format":1}'), mebibyte)).toBe('{"format":1}');
  });

  it.each([
    ['that is cut', 'sluice-kept-2 9\nshort'],
    ['with a length that is not a number', 'sluice-kept-2 x\n'],
    ['with a negative length', 'sluice-kept-2 0\na -1\n'],
  ])('is refused: a frame %s', async (_, text) => {
    await expect(unpack(gzipSync(text), mebibyte)).rejects.toThrow('not what was kept');
  });
});
