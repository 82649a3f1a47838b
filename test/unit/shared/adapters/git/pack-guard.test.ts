import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkPack, packLimits } from '../../../../../shared/adapters/git/pack-guard.ts';
import { isSluiceError } from '../../../../../shared/errors.ts';

const blob = 3;
const ofsDelta = 6;
const refDelta = 7;

const codeOf = async (pack: Buffer, limits = packLimits) => {
  try {
    return await checkPack(pack, limits);
  } catch (error) {
    if (isSluiceError(error)) return error.code;
    throw error;
  }
};

/** An object's header: type and inflated size. */
function header(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest >= 128 ? (rest & 0x7f) | 0x80 : rest);
    if (rest < 128) return Buffer.from(bytes);
  }
}

/** The offset of a delta's base, as packs write it. */
function distance(value: number): Buffer {
  const bytes = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor((rest - 1) / 128)) {
    bytes.unshift(0x80 | ((rest - 1) & 0x7f));
    if (rest <= 128) break;
  }
  return Buffer.from(bytes);
}

function packOf(entries: readonly Buffer[], count = entries.length): Buffer {
  const head = Buffer.alloc(12);
  head.write('PACK');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(count, 8);
  const body = Buffer.concat([head, ...entries]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

const entry = (text: string, size = text.length) => Buffer.concat([header(blob, size), deflateSync(text)]);
const delta = (base: number, target: number) =>
  Buffer.concat([varint(base), varint(target), Buffer.from([0x91, 0, 1])]);
const deltaEntry = (before: Buffer, content: Buffer) =>
  Buffer.concat([header(ofsDelta, content.length), distance(before.length), deflateSync(content)]);

describe('checkPack', () => {
  it('counts the objects of a good pack', async () => {
    const base = entry('hello');
    expect(await codeOf(packOf([base, deltaEntry(base, delta(5, 1))]))).toBe(2);
    expect(await codeOf(packOf([]))).toBe(0);
  });

  it.each([
    ['an object that says 300 MB', packOf([entry('tiny', 300 * 1024 * 1024)]), 'LIMIT_EXCEEDED'],
    [
      'a delta that makes 300 MB',
      packOf([entry('hello'), deltaEntry(entry('hello'), delta(5, 300 * 1024 * 1024))]),
      'LIMIT_EXCEEDED',
    ],
    [
      'many objects that are too much together',
      packOf(Array.from({ length: 3 }, () => entry('x', 50 * 1024 * 1024)).slice(0, 3)),
      'PACK_INVALID',
    ],
    ['an object larger than it says', packOf([entry('hello', 2)]), 'PACK_INVALID'],
    ['an object smaller than it says', packOf([entry('hello', 9)]), 'PACK_INVALID'],
    ['a delta without its base', packOf([deltaEntry(Buffer.alloc(2), delta(5, 1))]), 'PACK_INVALID'],
    ['an object of no type', packOf([Buffer.concat([header(5, 1), deflateSync('x')])]), 'PACK_INVALID'],
    ['fewer objects than it says', packOf([entry('hello')], 2), 'PACK_INVALID'],
    ['more objects than it says', packOf([entry('hello'), entry('world')], 1), 'PACK_INVALID'],
    [
      'a checksum of something else',
      Buffer.concat([packOf([entry('hello')]).subarray(0, -1), Buffer.from([0])]),
      'PACK_INVALID',
    ],
    ['no pack at all', Buffer.from('<html>hello, this is a proxy and not a pack</html>'), 'PACK_INVALID'],
  ])('refuses %s', async (_, pack, code) => {
    expect(await codeOf(pack)).toBe(code);
  });

  it('takes chains up to the limit and none beyond', async () => {
    const chain = (length: number) => {
      const entries = [entry('hello')];
      for (let index = 0; index < length; index += 1) entries.push(deltaEntry(entries.at(-1)!, delta(5, 1)));
      return packOf(entries);
    };
    expect(await codeOf(chain(50))).toBe(51);
    expect(await codeOf(chain(51))).toBe('LIMIT_EXCEEDED');
  });

  it('takes deltas by id on whole objects, and assumes the worst of those on unknown ones', async () => {
    const oid = createHash('sha1').update('blob 5\0hello').digest();
    const byId = (base: Buffer) => {
      const content = delta(5, 1);
      return Buffer.concat([header(refDelta, content.length), base, deflateSync(content)]);
    };
    const onWhole = Array.from({ length: 60 }, () => byId(oid));
    expect(await codeOf(packOf([entry('hello'), ...onWhole]))).toBe(61);
    const onUnknown = Array.from({ length: 60 }, () => byId(Buffer.alloc(20, 7)));
    expect(await codeOf(packOf(onUnknown))).toBe('LIMIT_EXCEEDED');
  });

  it('adds up what all objects need', async () => {
    const limits = { ...packLimits, inflatedBytes: 9 };
    expect(await codeOf(packOf([entry('hello'), entry('you!')]), limits)).toBe(2);
    expect(await codeOf(packOf([entry('hello'), entry('world')]), limits)).toBe('LIMIT_EXCEEDED');
  });
});
