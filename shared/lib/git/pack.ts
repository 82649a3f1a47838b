import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32, deflate, deflateSync, type ZlibOptions } from 'node:zlib';
import { byCodeUnit } from '../order.ts';
import { atOnce, type Work } from '../slices.ts';
import type { GitObject, ObjectType, Oid } from './object.ts';
import { storedBytes } from './stored.ts';

/** Numbers of the object kinds in a pack's entry headers. */
export const packTypes = { commit: 1, tree: 2, blob: 3 } as const satisfies Record<ObjectType, number>;

/** One undeltified entry of a pack: its header and its deflated (or stored) bytes, ready to be written. */
export interface PackEntry {
  readonly oid: Oid;
  readonly bytes: Buffer;
}

/** A pack with its version 2 index and its name (the hex of its checksum). */
export interface Pack {
  readonly name: string;
  readonly pack: Buffer;
  readonly index: Buffer;
}

/** Entries by object, for as long as the object is in use: one that goes into two repositories is deflated once. */
const made = new WeakMap<GitObject, PackEntry>();

/** The entry of an object. */
export function packEntry(object: GitObject): PackEntry {
  const known = made.get(object);
  if (known !== undefined) return known;
  const { body } = object;
  return entryOf(object, isStored(object) ? storedBytes(body) : deflateSync(body, optionsFor(body)));
}

/** The same entry, made by another thread where that takes long. */
export async function packEntryAside(object: GitObject): Promise<PackEntry> {
  if (made.has(object) || isStored(object) || object.body.byteLength < asideFrom) return packEntry(object);
  return entryOf(object, await deflateAside(object.body, optionsFor(object.body)));
}

/** Bytes from which on another thread deflates: below, asking it takes longer. */
const asideFrom = 64 * 1024;
const deflateAside = promisify<Uint8Array, ZlibOptions, Buffer>(deflate);

/** Bytes below which deflating saves less than a sector, and takes twenty times as long as storing. */
const storedBelow = 512;

// Half of a tree is names of objects, which do not get shorter; a signature, a commit and most records are small.
function isStored({ type, body }: GitObject): boolean {
  return type === 'tree' || body.byteLength < storedBelow;
}

function entryOf(object: GitObject, deflated: Buffer): PackEntry {
  const { oid, type, body } = object;
  const entry = { oid, bytes: Buffer.concat([entryHeader(type, body.byteLength), deflated]) };
  made.set(object, entry);
  return entry;
}

// Level 3 takes a third of the time of the default, and a twentieth more room. Room for the answer is made by the piece:
// most objects are small, and the default piece is 16 KiB.
function optionsFor(body: Uint8Array): ZlibOptions {
  return { level: 3, chunkSize: Math.min(Math.max(body.byteLength, 256), 65_536) };
}

/** The header of a pack of `count` objects. */
export function packHeader(count: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  return header;
}

/** The bytes of a pack of entries without an index, as it is sent. */
export function packBytes(entries: readonly PackEntry[]): Buffer {
  const content = Buffer.concat([packHeader(entries.length), ...entries.map(({ bytes }) => bytes)]);
  return Buffer.concat([content, sha1(content)]);
}

/** A whole pack of entries (each name once), in their order. */
export function makePack(entries: readonly PackEntry[]): Pack {
  return atOnce(makingPack(entries));
}

/** What an entry costs, and a KiB of it, in units of a slice. */
const [entryUnits, kibUnits] = [0.2, 0.2];

/** The same, as work in steps. */
export function* makingPack(entries: readonly PackEntry[]): Work<Pack> {
  const header = packHeader(entries.length);
  const hash = createHash('sha1').update(header);
  const placed: Placed[] = [];
  let end = header.length;
  for (const { oid, bytes } of entries) {
    hash.update(bytes);
    placed.push({ oid, offset: end, crc: crc32(bytes) });
    end += bytes.length;
    yield entryUnits + (kibUnits * bytes.length) / 1024;
  }
  const checksum = hash.digest();
  const pack = Buffer.concat([header, ...entries.map(({ bytes }) => bytes), checksum]);
  return { name: checksum.toString('hex'), pack, index: yield* makingIndex(placed, checksum) };
}

/** The kind and size that an entry's header says, and where its deflated bytes start. */
export function parseEntryHeader(bytes: Buffer): {
  readonly type: number;
  readonly size: number;
  readonly start: number;
} {
  let byte = bytes[0] ?? 0;
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  let factor = 16;
  let start = 1;
  for (; (byte & 0x80) !== 0; start += 1, factor *= 128) {
    byte = bytes[start] ?? 0;
    size += (byte & 0x7f) * factor;
  }
  return { type, size, start };
}

function entryHeader(type: ObjectType, size: number): Buffer {
  const bytes = [(packTypes[type] << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

/** Where an entry is in its pack. */
interface Placed {
  readonly oid: Oid;
  readonly offset: number;
  readonly crc: number;
}

function* makingIndex(placed: readonly Placed[], checksum: Buffer): Work<Buffer> {
  yield entryUnits * placed.length;
  const sorted = [...placed].sort((a, b) => byCodeUnit(a.oid, b.oid));
  const n = sorted.length;
  const large = sorted.filter(({ offset }) => offset >= 0x80000000);
  const index = Buffer.alloc(8 + 1024 + n * 28 + large.length * 8 + 40);
  index.write('\xfftOc', 0, 'latin1');
  index.writeUInt32BE(2, 4);
  let seenLarge = 0;
  for (const [i, { oid, offset, crc }] of sorted.entries()) {
    yield entryUnits;
    index.write(oid, 1032 + i * 20, 'hex');
    index.writeUInt32BE(crc, 1032 + n * 20 + i * 4);
    const isLarge = offset >= 0x80000000;
    index.writeUInt32BE(isLarge ? 0x80000000 + seenLarge : offset, 1032 + n * 24 + i * 4);
    if (isLarge) index.writeBigUInt64BE(BigInt(offset), 1032 + n * 28 + seenLarge++ * 8);
    // The fan-out table counts the names up to each first byte.
    index.writeUInt32BE(i + 1, 8 + parseInt(oid.slice(0, 2), 16) * 4);
  }
  for (let first = 1; first < 256; first += 1) {
    const here = index.readUInt32BE(8 + first * 4);
    if (here === 0) index.writeUInt32BE(index.readUInt32BE(4 + first * 4), 8 + first * 4);
  }
  checksum.copy(index, index.length - 40);
  sha1(index.subarray(0, index.length - 20)).copy(index, index.length - 20);
  return index;
}

function sha1(bytes: Uint8Array): Buffer {
  return createHash('sha1').update(bytes).digest();
}
