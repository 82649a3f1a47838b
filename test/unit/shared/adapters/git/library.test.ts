import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demuxPack, demuxPackInPlace } from '../../../../../shared/adapters/git/library.ts';
import { flush, packet } from '../../../../../shared/lib/git/pkt-line.ts';

const band = (number: number, data: string | Uint8Array) =>
  packet(Buffer.concat([Buffer.from([number]), Buffer.from(data)]));

describe.each([
  ['a copy', demuxPack],
  ['in place', demuxPackInPlace],
])('the pack of an answer, as %s', (_, demux) => {
  it.each<[string, readonly Buffer[]]>([
    ['in one part', [randomBytes(900)]],
    ['in large parts and small ones', [randomBytes(65_000), randomBytes(1), randomBytes(65_515), randomBytes(3)]],
    ['that is empty', []],
    ['whose parts begin like words of the protocol', [Buffer.from('NAK'), Buffer.from('ERR no'), Buffer.from('ACK x')]],
  ])('is what the server put into it: %s', (_name, parts) => {
    const said = parts.flatMap((part, at) => [band(2, `progress ${at}\n`), band(1, part)]);
    const body = Buffer.concat([packet('shallow abc\n'), packet('NAK\n'), ...said, band(2, 'done'), flush]);
    expect(demux(body).equals(Buffer.concat(parts))).toBe(true);
  });

  it.each<[string, Buffer, RegExp]>([
    ['that says why it refuses', Buffer.concat([packet('ERR no such thing\n'), flush]), /refused: no such thing/],
    ['that says so in its band', Buffer.concat([band(1, 'x'), band(3, 'out of memory'), flush]), /refused: out of/],
    ['that is cut', Buffer.concat([packet('NAK\n'), band(1, 'x')]), /was cut/],
    ['that has no side band', Buffer.concat([packet('NAK\n'), packet('PACK'), flush]), /no side band/],
  ])('is refused in an answer %s', (_name, body, words) => {
    expect(() => demux(body)).toThrow(words);
  });
});
