import type { SluiceError } from '../../errors.ts';

/** A packet of Git's pkt-line protocol: data, or one of the packets without any. */
export type Packet = Buffer | 'flush' | 'delimiter' | 'end';

const special: Readonly<Record<string, Packet>> = { '0000': 'flush', '0001': 'delimiter', '0002': 'end' };

/** The flush and delimiter packets. */
export const flush = Buffer.from('0000');
export const delimiter = Buffer.from('0001');

/** One data packet. */
export function packet(data: string | Uint8Array): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** All packets of a whole body; throws what `refuse` makes of one that was cut, or that is in another format. */
export function packets(body: Uint8Array, refuse: (why: 'cut' | 'foreign') => SluiceError): Packet[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const found: Packet[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const head = bytes.toString('latin1', offset, offset + 4);
    const without = special[head];
    if (without !== undefined) {
      found.push(without);
      offset += 4;
      continue;
    }
    const length = /^[0-9a-fA-F]{4}$/.test(head) ? Number.parseInt(head, 16) : 0;
    if (length < 4) throw refuse('foreign');
    if (offset + length > bytes.length) throw refuse('cut');
    found.push(bytes.subarray(offset + 4, offset + length));
    offset += length;
  }
  return found;
}

/** The text of a packet without its line break. */
export function lineOf(data: Buffer): string {
  const text = data.toString('utf8');
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
