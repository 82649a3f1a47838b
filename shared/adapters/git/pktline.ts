import { SluiceError } from '../../errors.ts';

/** A pkt-line: its payload, or one of the packets without one. */
export type Packet = Buffer | 'flush' | 'delimiter' | 'end';

/** The pkt-line of a text. */
export function pkt(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

/** The flush and delimiter packets. */
export const flushPkt = '0000';
export const delimiterPkt = '0001';

/** All packets of a whole answer; throws UNAVAILABLE where it was cut or is no pkt-line stream. */
export function* packets(bytes: Buffer): Generator<Packet> {
  let at = 0;
  while (at < bytes.length) {
    const digits = bytes.toString('latin1', at, at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw broken('this is not a Git server');
    const length = Number.parseInt(digits, 16);
    if (length < 4) {
      yield special(length);
      at += 4;
      continue;
    }
    if (at + length > bytes.length) throw broken("the Git server's answer was cut");
    yield bytes.subarray(at + 4, at + length);
    at += length;
  }
}

/** The text of a packet without its line break. */
export function lineOf(packet: Buffer): string {
  const text = packet.toString('utf8');
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** The error of a Git answer that cannot be believed. */
export function broken(message: string): SluiceError {
  return new SluiceError('UNAVAILABLE', message);
}

function special(length: number): Packet {
  if (length === 0) return 'flush';
  if (length === 1) return 'delimiter';
  if (length === 2) return 'end';
  throw broken('this is not a Git server');
}
