import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../../shared/errors.ts';
import { delimiter, flush, lineOf, packet, packets } from '../../../../../shared/lib/git/pkt-line.ts';

const read = (body: Uint8Array) => packets(body, (why) => new SluiceError('WIRE_INVALID', why));
const words = (body: Uint8Array) => read(body).map((each) => (Buffer.isBuffer(each) ? lineOf(each) : each));

describe('pkt-lines', () => {
  it('are read as they are written', () => {
    const body = Buffer.concat([
      packet('command=ls-refs\n'),
      delimiter,
      packet('é'),
      packet(''),
      flush,
      Buffer.from('0002'),
    ]);
    expect(words(body)).toEqual(['command=ls-refs', 'delimiter', 'é', '', 'flush', 'end']);
  });

  it('count bytes, not letters', () => {
    expect(packet('é').toString()).toBe('0006é');
  });

  it('are read from a part of a larger buffer', () => {
    const whole = Buffer.concat([Buffer.from('xx'), packet('a'), Buffer.from('yy')]);
    expect(words(new Uint8Array(whole.buffer, whole.byteOffset + 2, 5))).toEqual(['a']);
  });

  it.each([
    ['a length that is cut', '00', 'foreign'],
    ['a length that is no number', '00g0', 'foreign'],
    ['a length of 3', '0003', 'foreign'],
    ['a page of HTML', '<!doctype html>', 'foreign'],
    ['data that is cut', '0006a', 'cut'],
    ['a cut packet after a whole one', '0005a0006b', 'cut'],
  ])('refuse %s', (_, text, why) => {
    expect(() => read(Buffer.from(text))).toThrow(why);
  });
});
