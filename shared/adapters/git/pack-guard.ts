import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { SluiceError } from '../../errors.ts';
import { inSlices, unitsOfBytes, type Work } from '../../lib/slices.ts';

/** Limits of unpacking a pack. */
export interface PackLimits {
  /** Bytes of all objects, of deltas and of their results, once inflated. */
  readonly inflatedBytes: number;
  /** Deltas on top of one another. */
  readonly chain: number;
  readonly objects: number;
}

/** The limits of safety.md. */
export const packLimits: PackLimits = { inflatedBytes: 128 * 1024 * 1024, chain: 50, objects: 1_000_000 };

/**
 * Walks a pack and checks its checksum, object headers and delta headers against the limits before anything else unpacks
 * it; answers the number of objects. Throws PACK_INVALID, or LIMIT_EXCEEDED for one that would grow too large.
 */
export function checkPack(pack: Buffer, limits: PackLimits = packLimits): Promise<number> {
  return inSlices(checkingPack(pack, limits));
}

function* checkingPack(pack: Buffer, limits: PackLimits): Work<number> {
  if (pack.length < 32 || pack.toString('latin1', 0, 4) !== 'PACK') throw invalid('no pack');
  const sum = createHash('sha1').update(pack.subarray(0, -20)).digest();
  if (!sum.equals(pack.subarray(-20))) throw invalid('the checksum of the pack is wrong');
  const version = pack.readUInt32BE(4);
  const count = pack.readUInt32BE(8);
  if (version !== 2 && version !== 3) throw invalid('the pack has an unknown version');
  if (count > limits.objects) throw tooLarge('objects');
  const walk = new Walk(pack.subarray(0, -20), limits);
  let offset = 12;
  for (let index = 0; index < count; index += 1) {
    const before = walk.inflated();
    offset = walk.entry(offset);
    yield unitsOfBytes(walk.inflated() - before);
  }
  if (offset !== pack.length - 20) throw invalid('the pack has bytes after its last object');
  return count;
}

const typeNames: Readonly<Record<number, string>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const ofsDelta = 6;
const refDelta = 7;

class Walk {
  readonly #bytes: Buffer;
  readonly #limits: PackLimits;
  readonly #depthAt = new Map<number, number>();
  readonly #whole = new Set<string>();
  #unresolved = 0;
  #total = 0;

  constructor(bytes: Buffer, limits: PackLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  /** Bytes so far. */
  inflated(): number {
    return this.#total;
  }

  /** Checks the entry at an offset and answers the offset of the next one. */
  entry(start: number): number {
    const { type, size, next } = this.#header(start);
    this.#add(size);
    if (type === ofsDelta) return this.#offsetDelta(start, next, size);
    if (type === refDelta) return this.#referenceDelta(start, next, size);
    const name = typeNames[type];
    if (name === undefined) throw invalid('the pack has an object of an unknown type');
    const { content, end } = this.#inflate(next, size);
    this.#whole.add(createHash('sha1').update(`${name} ${size}\0`).update(content).digest('hex'));
    this.#depthAt.set(start, 0);
    return end;
  }

  #offsetDelta(start: number, offset: number, size: number): number {
    const { distance, next } = this.#distance(offset);
    const base = this.#depthAt.get(start - distance);
    if (base === undefined) throw invalid('a delta has no base');
    return this.#delta({ start, offset: next, size, depth: base + 1 });
  }

  #referenceDelta(start: number, offset: number, size: number): number {
    const base = this.#bytes.toString('hex', offset, offset + 20);
    // The base of a delta by id may be another delta: then its depth is not known here, and the worst is assumed.
    if (!this.#whole.has(base)) this.#unresolved += 1;
    return this.#delta({ start, offset: offset + 20, size, depth: this.#unresolved + 1 });
  }

  #delta(entry: {
    readonly start: number;
    readonly offset: number;
    readonly size: number;
    readonly depth: number;
  }): number {
    if (entry.depth > this.#limits.chain) throw tooLarge('delta chains');
    this.#depthAt.set(entry.start, entry.depth);
    const { content, end } = this.#inflate(entry.offset, entry.size);
    const base = littleEndian(content, 0);
    const target = littleEndian(content, base.next);
    this.#add(target.value);
    return end;
  }

  #header(start: number): { readonly type: number; readonly size: number; readonly next: number } {
    let byte = this.#byte(start);
    const type = (byte >> 4) & 7;
    let size = byte & 15;
    let factor = 16;
    let next = start + 1;
    while ((byte & 0x80) !== 0) {
      byte = this.#byte(next);
      size += (byte & 0x7f) * factor;
      factor *= 128;
      next += 1;
      if (next - start > 8) throw tooLarge('object sizes');
    }
    return { type, size, next };
  }

  #distance(start: number): { readonly distance: number; readonly next: number } {
    let byte = this.#byte(start);
    let distance = byte & 0x7f;
    let next = start + 1;
    while ((byte & 0x80) !== 0) {
      byte = this.#byte(next);
      distance = (distance + 1) * 128 + (byte & 0x7f);
      next += 1;
      if (next - start > 7) throw invalid('a delta has no base');
    }
    return { distance, next };
  }

  #inflate(offset: number, size: number): { readonly content: Buffer; readonly end: number } {
    try {
      const options = { info: true, maxOutputLength: Math.max(size, 1) } as const;
      const { buffer, engine } = inflateSync(this.#bytes.subarray(offset), options) as unknown as Inflated;
      if (buffer.length === size) return { content: buffer, end: offset + engine.bytesWritten };
    } catch (cause) {
      throw invalid('an object of the pack cannot be inflated', cause);
    }
    throw invalid('an object of the pack has another size than it says');
  }

  #byte(offset: number): number {
    const byte = this.#bytes[offset];
    if (byte === undefined) throw invalid('the pack ends within an object');
    return byte;
  }

  #add(size: number): void {
    this.#total += size;
    if (this.#total > this.#limits.inflatedBytes) throw tooLarge('inflated bytes');
  }
}

/** The result of zlib with `info: true`, which its types leave out. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function littleEndian(bytes: Buffer, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let factor = 1;
  for (let offset = start; offset < start + 8; offset += 1) {
    const byte = bytes[offset];
    if (byte === undefined) break;
    value += (byte & 0x7f) * factor;
    factor *= 128;
    if ((byte & 0x80) === 0) return { value, next: offset + 1 };
  }
  throw invalid('a delta has no readable header');
}

function invalid(message: string, cause?: unknown): SluiceError {
  return new SluiceError('PACK_INVALID', message, {}, cause);
}

function tooLarge(what: string): SluiceError {
  return new SluiceError('LIMIT_EXCEEDED', `the pack has too much of: ${what}`);
}
