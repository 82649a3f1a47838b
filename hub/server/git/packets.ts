import { SluiceError } from '../../../shared/errors.ts';
import { packets, type Packet } from '../../../shared/lib/git/pkt-line.ts';

/** All packets of a request's body; throws WIRE_INVALID for anything else. */
export function requestPackets(body: Uint8Array): Packet[] {
  return packets(body, () => new SluiceError('WIRE_INVALID', 'the request is not in the line protocol of Git'));
}

// A packet holds 65,520 bytes at most; four are its length and one is the band.
const bandBytes = 65_515;

/** Bytes as packets of band 1, which carries the pack. */
export function bands(chunks: readonly Uint8Array[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const chunk of chunks) {
    for (let offset = 0; offset < chunk.length; offset += bandBytes) {
      const part = chunk.subarray(offset, offset + bandBytes);
      found.push(Buffer.from(`${(part.length + 5).toString(16).padStart(4, '0')}\x01`, 'latin1'), part);
    }
  }
  return found;
}
