import { SluiceError } from '../../../shared/errors.ts';

/** A packet of Git's line protocol: data, or one of the three marks. */
export type Packet = Buffer | 'flush' | 'delimiter' | 'end';

const marks = { '0000': 'flush', '0001': 'delimiter', '0002': 'end' } as const;

export const flush = Buffer.from('0000');
export const delimiter = Buffer.from('0001');

/** One data packet. */
export function packet(data: string | Uint8Array): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** All packets of a whole body; throws WIRE_INVALID for anything else. */
export function packets(body: Uint8Array): Packet[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const found: Packet[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = bytes.toString('latin1', at, at + 4);
    if (head in marks) {
      found.push(marks[head as keyof typeof marks]);
      at += 4;
      continue;
    }
    const length = /^[0-9a-fA-F]{4}$/.test(head) ? parseInt(head, 16) : 0;
    if (length < 4 || at + length > bytes.length) {
      throw new SluiceError('WIRE_INVALID', 'the request is not in the line protocol of Git');
    }
    found.push(bytes.subarray(at + 4, at + length));
    at += length;
  }
  return found;
}

/** The text of a packet without its line break. */
export function lineOf(data: Buffer): string {
  return data.toString('utf8').replace(/\n$/, '');
}

// A packet holds 65,520 bytes at most; four are its length and one is the band.
const bandBytes = 65_515;

/** Bytes as packets of band 1, which carries the pack. */
export function bands(chunks: readonly Uint8Array[]): Buffer[] {
  const bytes = Buffer.concat(chunks);
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += bandBytes) {
    const part = bytes.subarray(at, at + bandBytes);
    found.push(Buffer.from((part.length + 5).toString(16).padStart(4, '0')), Buffer.from([1]), part);
  }
  return found;
}
