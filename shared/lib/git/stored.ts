/** The most bytes of one stored block. */
const blockBytes = 65_535;
/** The header of a stream of stored blocks, and what comes before the bytes of each block. */
const [streamHead, blockHead] = [2, 5];

/** Bytes as a zlib stream that only stores them: what inflates it gets them back. */
export function storedBytes(bytes: Uint8Array): Buffer {
  const blocks = Math.max(1, Math.ceil(bytes.byteLength / blockBytes));
  const stream = Buffer.allocUnsafe(streamHead + blocks * blockHead + bytes.byteLength + 4);
  stream.writeUInt16BE(0x7801);
  let at = streamHead;
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * blockBytes, (block + 1) * blockBytes);
    stream[at] = block === blocks - 1 ? 1 : 0;
    stream.writeUInt16LE(part.byteLength, at + 1);
    stream.writeUInt16LE(part.byteLength ^ 0xffff, at + 3);
    stream.set(part, at + blockHead);
    at += blockHead + part.byteLength;
  }
  stream.writeUInt32BE(adler32(bytes), at);
  return stream;
}

/** The bytes of such a stream of one block that has this many; null for any other stream. Its checksum is not looked at. */
export function readStored(stream: Buffer, size: number): Buffer | null {
  if (size > blockBytes || stream.byteLength < streamHead + blockHead + size + 4) return null;
  if (stream.readUInt16BE() !== 0x7801 || stream[streamHead] !== 1) return null;
  const length = stream.readUInt16LE(streamHead + 1);
  if (length !== size || stream.readUInt16LE(streamHead + 3) !== (length ^ 0xffff)) return null;
  return stream.subarray(streamHead + blockHead, streamHead + blockHead + size);
}

/** The checksum at the end of a zlib stream. */
function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.byteLength;) {
    // So many bytes cannot overflow the sums.
    const end = Math.min(at + 3_800, bytes.byteLength);
    for (; at < end; at++) {
      low += bytes[at] ?? 0;
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  return ((high << 16) | low) >>> 0;
}
