import { createHash } from 'node:crypto';
import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { makeObject, type GitObject } from '../../../../../shared/lib/git/object.ts';
import {
  makePack,
  makingPack,
  packBytes,
  packEntry,
  packHeader,
  packTypes,
  parseEntryHeader,
} from '../../../../../shared/lib/git/pack.ts';
import { turnsOf } from '../../../../fixtures/loop.ts';

const blob = (body: string | Uint8Array): GitObject => makeObject('blob', Buffer.from(body));
const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex');
const objects = [blob('a'), blob(''), makeObject('tree', Buffer.alloc(0)), blob('x'.repeat(100_000))];

describe('an entry of a pack', () => {
  it.each([0, 1, 15, 16, 2_047, 2_048, 262_143, 262_144, 5_000_000])(
    'says its kind and its size of %i bytes',
    (size) => {
      const { bytes } = packEntry(blob(Buffer.alloc(size)));
      const header = parseEntryHeader(bytes);
      expect([header.type, header.size]).toEqual([packTypes.blob, size]);
      expect(inflateSync(bytes.subarray(header.start)).length).toBe(size);
    },
  );

  it.each(['commit', 'tree', 'blob'] as const)('is one of a %s', (type) => {
    const { oid, bytes } = packEntry(makeObject(type, Buffer.from('body')));
    expect([parseEntryHeader(bytes).type, oid]).toEqual([packTypes[type], makeObject(type, Buffer.from('body')).oid]);
  });

  it('only stores a tree and what is small, and deflates the rest', () => {
    const [small, large] = ['x'.repeat(500), 'x'.repeat(5_000)];
    const lengths = [blob(small), makeObject('tree', Buffer.from(large)), blob(large)].map(
      (object) => packEntry(object).bytes.length,
    );
    expect(lengths.map((length) => length > 500)).toEqual([true, true, false]);
  });

  it('is made once for an object', () => {
    const object = blob('once');
    expect(packEntry(object)).toBe(packEntry(object));
  });

  it('that is cut says what its bytes say, and no more', () => {
    expect(parseEntryHeader(Buffer.from([0xbf]))).toEqual({ type: packTypes.blob, size: 15, start: 2 });
    expect(parseEntryHeader(Buffer.alloc(0))).toEqual({ type: 0, size: 0, start: 1 });
  });
});

describe('a pack', () => {
  const { name, pack, index } = makePack(objects.map(packEntry));

  it('has its header, its entries in their order, and its checksum, which is its name', () => {
    expect(pack.subarray(0, 12)).toEqual(packHeader(objects.length));
    expect(pack.subarray(4, 12).toString('hex')).toBe('0000000200000004');
    expect(sha1(pack.subarray(0, -20))).toBe(name);
    expect(pack.subarray(-20).toString('hex')).toBe(name);
    expect(packBytes(objects.map(packEntry))).toEqual(pack);
  });

  it('has an index of version 2 that finds each object, with its checksum', () => {
    expect(index.subarray(0, 8).toString('hex')).toBe('ff744f6300000002');
    const count = objects.length;
    const oids = Array.from({ length: count }, (_, at) => index.toString('hex', 1032 + at * 20, 1052 + at * 20));
    expect(oids).toEqual(objects.map(({ oid }) => oid).sort());
    for (const [at, oid] of oids.entries()) {
      const offset = index.readUInt32BE(1032 + count * 24 + at * 4);
      const { bytes } = packEntry(objects.find((one) => one.oid === oid)!);
      expect(pack.subarray(offset, offset + bytes.length).equals(bytes)).toBe(true);
      expect(index.readUInt32BE(1032 + count * 20 + at * 4)).toBe(crc32(bytes));
    }
    expect(index.subarray(-40, -20).toString('hex')).toBe(name);
    expect(index.subarray(-20).toString('hex')).toBe(sha1(index.subarray(0, -20)));
  });

  it('has a fan-out table that counts up to each first byte', () => {
    for (let first = 0; first < 256; first += 1) {
      const upTo = objects.filter(({ oid }) => Number.parseInt(oid.slice(0, 2), 16) <= first).length;
      expect(index.readUInt32BE(8 + first * 4)).toBe(upTo);
    }
  });

  it.each([
    ['of many objects', 5_000, 10],
    ['of large objects', 30, 200_000],
  ])('lets others have their turn while it is made: %s', async (_, count, length) => {
    const bytes = Buffer.alloc(length);
    const entries = Array.from({ length: count }, (_at, at) => ({ oid: at.toString(16).padStart(40, '0'), bytes }));
    expect(await turnsOf(makingPack(entries))).toBeGreaterThan(1);
  });

  it('of nothing is a pack, too', () => {
    const empty = makePack([]);
    expect([empty.pack.length, empty.index.length, empty.index.readUInt32BE(8 + 255 * 4)]).toEqual([32, 1072, 0]);
  });
});
