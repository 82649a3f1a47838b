import { close, closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';
import { SluiceError } from '../../../shared/errors.ts';
import { isOid, oidOf, type GitObject, type ObjectType, type Oid } from '../../../shared/lib/git/object.ts';
import { packTypes, parseEntryHeader } from '../../../shared/lib/git/pack.ts';
import { readStored } from '../../../shared/lib/git/stored.ts';
import type { PackedObject } from '../../model/objects.ts';
import { at } from './durable.ts';

/** One pack on disk with its index in memory; its file stays open, so that it can be read even after it was deleted. */
export interface PackFile {
  readonly name: string;
  readonly count: number;
  /** Bytes on disk, its index included. */
  readonly bytes: number;
  readonly has: (oid: Oid) => boolean;
  readonly packed: (oid: Oid) => PackedObject | null;
  readonly read: (oid: Oid) => GitObject | null;
  /** Names of all objects, sorted. */
  readonly names: () => Oid[];
  readonly close: () => void;
  /** The same, beside other work. */
  readonly end: () => Promise<void>;
}

const closeAsync = promisify(close);

const typeNames = new Map<number, ObjectType>(
  Object.entries(packTypes).map(([name, number]) => [number, name as ObjectType]),
);

/** Opens `PATH.pack` with `PATH.idx`; throws PACK_INVALID when they are not a version 2 pair. */
export function openPackFile(path: string, name: string): PackFile {
  const index = at(`${path}.idx`, () => readFileSync(`${path}.idx`));
  if (index.length < 1072 || index.toString('latin1', 0, 4) !== '\xfftOc' || index.readUInt32BE(4) !== 2) {
    throw damaged(name);
  }
  const count = index.readUInt32BE(8 + 255 * 4);
  if (index.length < 1072 + count * 28) throw damaged(name);
  if (!statSync(`${path}.pack`).isFile()) throw damaged(name);
  const fd = openSync(`${path}.pack`, 'r');
  const end = fstatSync(fd).size - 20;
  const offsets = offsetsOf(index, count);
  const sortedOffsets = Float64Array.from(offsets).sort();

  const packed = (oid: Oid): PackedObject | null => {
    const offset = offsets[find(index, count, oid)];
    if (offset === undefined) return null;
    const length = (sortedOffsets[upperBound(sortedOffsets, offset)] ?? end) - offset;
    if (length <= 0) throw damaged(name);
    const entry = Buffer.allocUnsafe(length);
    if (readSync(fd, entry, 0, entry.length, offset) !== entry.length) throw damaged(name);
    const { type, size } = parseEntryHeader(entry);
    const known = typeNames.get(type);
    if (known === undefined) {
      throw new SluiceError('PACK_INVALID', 'this pack has deltas: something else than Sluice repacked it', {
        subject: name,
        hint: 'run `git repack -adF --window=0` in that repository',
      });
    }
    return { type: known, size, entry };
  };
  return {
    name,
    count,
    bytes: end + 20 + index.length,
    has: (oid) => find(index, count, oid) >= 0,
    packed,
    read: (oid) => {
      const found = packed(oid);
      return found === null ? null : unpack(oid, found);
    },
    names: () => Array.from({ length: count }, (_, i) => index.toString('hex', 1032 + i * 20, 1052 + i * 20)),
    close: () => closeSync(fd),
    end: () => closeAsync(fd),
  };
}

/** Inflates a packed object and checks its name; throws PACK_INVALID. */
export function unpack(oid: Oid, { type, size, entry }: PackedObject): GitObject {
  try {
    const packed = entry.subarray(parseEntryHeader(entry).start);
    const limits = { maxOutputLength: Math.max(size, 1), chunkSize: pieceOf(size) };
    const body = readStored(packed, size) ?? inflateSync(packed, limits);
    if (body.length === size && oidOf(type, body) === oid) return { oid, type, body };
  } catch (cause) {
    throw damaged(oid, cause);
  }
  throw damaged(oid);
}

// The default piece of room is 16 KiB, and most objects are small.
function pieceOf(size: number): number {
  return Math.min(Math.max(size, 64), 65_536);
}

// One name is looked for in pack after pack: its bytes are those of the last one that was asked for.
let last = '';
const wanted = Buffer.alloc(20);

function readName(oid: Oid): boolean {
  if (oid === last) return true;
  last = isOid(oid) ? oid : '';
  return last !== '' && wanted.write(last, 'hex') === 20;
}

// The position of a name in the index, or -1.
function find(index: Buffer, count: number, oid: Oid): number {
  if (!readName(oid)) return -1;
  const first = wanted[0] ?? 0;
  const head = wanted.readUInt32BE(0);
  let low = first === 0 ? 0 : index.readUInt32BE(4 + first * 4);
  let high = Math.min(index.readUInt32BE(8 + first * 4), count);
  while (low < high) {
    const middle = (low + high) >>> 1;
    // Four bytes tell most names apart.
    const here = index.readUInt32BE(1032 + middle * 20);
    const order = here === head ? index.compare(wanted, 0, 20, 1032 + middle * 20, 1052 + middle * 20) : here - head;
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return -1;
}

function offsetsOf(index: Buffer, count: number): Float64Array {
  const offsets = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    const at = index.readUInt32BE(1032 + count * 24 + i * 4);
    offsets[i] = at < 0x80000000 ? at : Number(index.readBigUInt64BE(1032 + count * 28 + (at - 0x80000000) * 8));
  }
  return offsets;
}

function upperBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function damaged(subject: string, cause?: unknown): SluiceError {
  return new SluiceError('PACK_INVALID', 'a Git object on disk is damaged', { subject }, cause);
}
