import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { SluiceError } from '../../shared/errors.ts';
import type { Digest } from '../../shared/lib/canonical.ts';

/** A file to pack: its digest, and how to read it; what cannot be read any more is left out. */
export type PackedFile = readonly [digest: Digest, read: () => Uint8Array | null];

/** What was packed: a first text, and files. */
export interface Unpacked {
  readonly first: string;
  readonly files: ReadonlyMap<Digest, Uint8Array>;
}

/** The name of the first frame: what begins otherwise was packed otherwise. */
const format = 'sluice-kept-2';
/** What is handed on at a time. */
const sliceBytes = 256 * 1024;

/**
 * Packs files one after the other, so that no more than a slice of them is held beside what comes of it. Ends with LIMIT_EXCEEDED
 * as soon as that is more than `most` bytes.
 */
export async function pack(
  first: string,
  files: Iterable<PackedFile>,
  { level, most }: { readonly level: number; readonly most: number },
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  await pipeline(Readable.from(inSlices(framesOf(first, files))), createGzip({ level }), async (zipped) => {
    for await (const part of zipped as AsyncIterable<Uint8Array>) {
      size += part.byteLength;
      if (size > most) throw new SluiceError('LIMIT_EXCEEDED', 'the bundle is too large to be kept in the cluster');
      parts.push(part);
    }
  });
  return Buffer.concat(parts, size);
}

/**
 * Reads what was packed, or the text of what was packed otherwise; throws for what is not packed at all, and for more than `most` bytes.
 * Files count only with the digests that they are named by.
 */
export async function unpack(bytes: Uint8Array, most: number): Promise<Unpacked | string> {
  const frames: [string, Buffer][] = [];
  let rest: Buffer = Buffer.alloc(0);
  let size = 0;
  let isFramed = true as boolean;
  await pipeline(Readable.from([bytes]), createGunzip({ chunkSize: sliceBytes }), async (unzipped) => {
    for await (const part of unzipped as AsyncIterable<Uint8Array>) {
      size += part.byteLength;
      if (size > most) throw new SluiceError('LIMIT_EXCEEDED', 'more was kept than a bundle may have');
      rest = Buffer.concat([rest, part]);
      isFramed = rest.subarray(0, format.length).toString('latin1') === format;
      if (isFramed || frames.length > 0) rest = takeFrames(rest, frames);
    }
  });
  const [head, ...files] = frames;
  if (head === undefined && !isFramed) return rest.toString('utf8');
  if (head?.[0] !== format || rest.length > 0) throw new SluiceError('WIRE_INVALID', 'this is not what was kept');
  return { first: head[1].toString('utf8'), files: new Map(files as [Digest, Buffer][]) };
}

/** A frame: a name, a length, and as many bytes. */
function* framesOf(first: string, files: Iterable<PackedFile>): Iterable<Uint8Array> {
  yield* frame(format, Buffer.from(first, 'utf8'));
  for (const [digest, read] of files) {
    const content = read();
    if (content !== null) yield* frame(digest, content);
  }
}

function frame(name: string, content: Uint8Array): readonly Uint8Array[] {
  return [Buffer.from(`${name} ${content.byteLength}\n`, 'latin1'), content];
}

/** Takes the whole frames off, and answers what is left. */
function takeFrames(bytes: Buffer, frames: [string, Buffer][]): Buffer {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(10, at);
    if (end < 0) break;
    const [name = '', length = ''] = bytes.subarray(at, end).toString('latin1').split(' ');
    if (!/^\d{1,9}$/.test(length)) throw new SluiceError('WIRE_INVALID', 'this is not what was kept');
    const next = end + 1 + Number(length);
    if (next > bytes.length) break;
    frames.push([name, Buffer.from(bytes.subarray(end + 1, next))]);
    at = next;
  }
  return bytes.subarray(at);
}

/** Small pieces together: each that is handed on takes a turn of the compressor. */
function* inSlices(pieces: Iterable<Uint8Array>): Iterable<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    held.push(piece);
    size += piece.byteLength;
    if (size < sliceBytes) continue;
    yield Buffer.concat(held, size);
    [held, size] = [[], 0];
  }
  if (size > 0) yield Buffer.concat(held, size);
}
