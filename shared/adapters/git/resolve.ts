import { inflateSync } from 'node:zlib';
import { SluiceError } from '../../errors.ts';
import { oidOf, type GitObject, type ObjectType, type Oid } from '../../lib/git/object.ts';
import { packTypes, parseEntryHeader } from '../../lib/git/pack.ts';
import { atOnce, unitsOfBytes, type Work } from '../../lib/slices.ts';

/** An entry of a pack: an object, or a delta on an entry at an offset or on an object by name. */
interface Entry {
  readonly offset: number;
  /** Where its compressed bytes begin, and how many they come to. */
  readonly start: number;
  readonly size: number;
  readonly type: ObjectType | null;
  readonly base: number | Oid | null;
  readonly bytes: Buffer;
}

const typeNames = new Map<number, ObjectType>(
  Object.entries(packTypes).map(([name, number]) => [number, name as ObjectType]),
);

/** All objects of a pack, deltas resolved. checkPack must have passed it; throws PACK_INVALID when a base is not in it. */
export function resolvePack(pack: Buffer): GitObject[] {
  return atOnce(resolvingPack(pack));
}

/** The same, as work in steps. */
export function* resolvingPack(pack: Buffer): Work<GitObject[]> {
  const objects = yield* namingObjects(pack, (bytes) => () => bytes);
  return objects.map(({ oid, type, read }) => ({ oid, type, body: read() }));
}

/** An object of a pack, read when it is asked for. */
export interface PackedObject extends Pick<GitObject, 'oid' | 'type'> {
  readonly read: () => Buffer;
}

/**
 * All objects of a pack by name, as work in steps: what is whole in the pack is inflated again when it is read, so that the pack and
 * what is in it are not held at the same time. Deltas are resolved, and held.
 */
export function indexingPack(pack: Buffer): Work<PackedObject[]> {
  return namingObjects(
    pack,
    (_, { start, size }) =>
      () =>
        inflateAt(pack, start, size).buffer,
  );
}

/** `readerOf` says how an object that is whole in the pack is read, once it is named. */
function* namingObjects(
  pack: Buffer,
  readerOf: (bytes: Buffer, entry: Pick<Entry, 'start' | 'size'>) => () => Buffer,
): Work<PackedObject[]> {
  const byOffset = new Map<number, PackedObject>();
  const byName = new Map<Oid, PackedObject>();
  const take = (offset: number, object: PackedObject): void => {
    byOffset.set(offset, object);
    byName.set(object.oid, object);
  };
  let waiting: Entry[] = [];
  for (const entry of entriesOf(pack)) {
    const { type, bytes } = entry;
    if (type === null) waiting.push(entry);
    else take(entry.offset, { oid: oidOf(type, bytes), type, read: readerOf(bytes, entry) });
    yield unitsOfBytes(bytes.length);
  }
  // A delta may stand before its base, or on another delta: go round for as long as something gets resolved.
  while (waiting.length > 0) {
    const rest: Entry[] = [];
    for (const entry of waiting) {
      const { offset, base, bytes } = entry;
      const found = typeof base === 'number' ? byOffset.get(base) : byName.get(base ?? '');
      if (found === undefined) rest.push(entry);
      else {
        const body = applyDelta(found.read(), bytes);
        take(offset, { oid: oidOf(found.type, body), type: found.type, read: () => body });
      }
      yield unitsOfBytes(bytes.length);
    }
    if (rest.length === waiting.length) throw invalid('a delta has no base in its pack');
    waiting = rest;
  }
  return [...byName.values()];
}

function* entriesOf(pack: Buffer): Generator<Entry> {
  let offset = 12;
  for (let left = pack.readUInt32BE(8); left > 0; left -= 1) {
    const header = parseEntryHeader(pack.subarray(offset, offset + 16));
    const type = typeNames.get(header.type) ?? null;
    const { base, start } = type === null ? baseOf(pack, offset, header) : { base: null, start: offset + header.start };
    const { buffer, engine } = inflateAt(pack, start, header.size);
    yield { offset, start, size: header.size, type, base, bytes: buffer };
    offset = start + engine.bytesWritten;
  }
}

function inflateAt(pack: Buffer, start: number, size: number) {
  const options = { info: true, maxOutputLength: Math.max(size, 1) } as const;
  return inflateSync(pack.subarray(start), options) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
}

function baseOf(pack: Buffer, offset: number, header: { readonly type: number; readonly start: number }) {
  const start = offset + header.start;
  if (header.type === 7) return { base: pack.toString('hex', start, start + 20), start: start + 20 };
  if (header.type !== 6) throw invalid('the pack has an object of a kind that Sluice does not write');
  let byte = pack[start] ?? 0;
  let distance = byte & 0x7f;
  let next = start + 1;
  for (; (byte & 0x80) !== 0; next += 1) {
    byte = pack[next] ?? 0;
    distance = (distance + 1) * 128 + (byte & 0x7f);
  }
  return { base: offset - distance, start: next };
}

/** The target of a delta on its base (gitformat-pack); throws PACK_INVALID for one that does not fit. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const reader = { offset: 0 };
  if (sizeIn(delta, reader) !== base.length) throw invalid('a delta belongs to another base');
  const target = Buffer.alloc(sizeIn(delta, reader));
  let done = 0;
  while (reader.offset < delta.length) {
    const op = delta[reader.offset++] ?? 0;
    const piece = op >= 0x80 ? copied(base, delta, reader, op) : delta.subarray(reader.offset, (reader.offset += op));
    if (op === 0 || piece.length === 0 || done + piece.length > target.length) throw invalid('a delta does not fit');
    piece.copy(target, done);
    done += piece.length;
  }
  if (done !== target.length) throw invalid('a delta is too short');
  return target;
}

function copied(base: Buffer, delta: Buffer, reader: { offset: number }, op: number): Buffer {
  const number = (first: number, count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i += 1) {
      if ((op & (1 << (first + i))) !== 0) value += (delta[reader.offset++] ?? 0) * 256 ** i;
    }
    return value;
  };
  const offset = number(0, 4);
  const size = number(4, 3) || 0x10000;
  if (offset + size > base.length) throw invalid('a delta reaches beyond its base');
  return base.subarray(offset, offset + size);
}

function sizeIn(delta: Buffer, reader: { offset: number }): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = delta[reader.offset++] ?? 0;
    value += (byte & 0x7f) * factor;
    if ((byte & 0x80) === 0) return value;
  }
}

function invalid(message: string): SluiceError {
  return new SluiceError('PACK_INVALID', message);
}
