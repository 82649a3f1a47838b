import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { encode } from '../../../../../shared/wire/codec.ts';
import { formatsOf, plainFormat, type Numbered, type WireFormat } from '../../../../../shared/wire/formats/format.ts';

interface Note extends Numbered {
  readonly text: string;
}

/** A format that calls the text otherwise. */
const renamed = (number: number): WireFormat<Note> => {
  const schema = z.strictObject({ format: z.literal(number), words: z.string() });
  return {
    number,
    schema,
    encode: ({ format, text }) => encode({ format, words: text }),
    decode: (value) => {
      const { format, words } = schema.parse(value);
      return { format, text: words };
    },
  };
};
const first = plainFormat<Note>(1, z.strictObject({ format: z.literal(1), text: z.string() }));
const notes = formatsOf<Note>('note', [renamed(4), first, renamed(2)]);

describe('a list of formats', () => {
  it('has its numbers in order, whatever the order of the list', () => {
    expect([notes.numbers, notes.lowest, notes.newest]).toEqual([[1, 2, 4], 1, 4]);
  });

  it.each([
    ['none of the list', 0, null],
    ['the lowest', 1, 1],
    ['one of the list', 2, 2],
    ['a number that the list left out', 3, 2],
    ['more than the list has', 9, 4],
  ])('has a highest format for a reader of %s', (_, reads, expected) => {
    expect(notes.highestFor(reads)).toBe(expected);
  });

  it.each([1, 2, 4])('reads format %i as the same value', (format) => {
    const note = { format, text: 'hello' };
    expect(notes.decode(notes.encode(note))).toEqual(note);
  });

  it('writes each format as it is', () => {
    expect(notes.encode({ format: 1, text: 'a' }).toString()).toBe('{\n  "format": 1,\n  "text": "a"\n}\n');
    expect(notes.encode({ format: 2, text: 'a' }).toString()).toBe('{\n  "format": 2,\n  "words": "a"\n}\n');
  });

  it.each([
    ['a number that the list left out', { format: 3, text: 'a' }],
    ['a number above the list', { format: 5, words: 'a' }],
    ['a number below the list', { format: 0, text: 'a' }],
    ['a fraction', { format: 1.5, text: 'a' }],
  ])('refuses %s, naming those that are read', (_, value) => {
    const refusal = expect.objectContaining({
      code: 'FORMAT_UNKNOWN',
      message: `format ${value.format} is unknown here; read: 1, 2, 4`,
      data: { subject: 'a.json', facts: { format: value.format, reads: [1, 2, 4] } },
    }) as Error;
    expect(() => notes.decode(encode(value), 'a.json')).toThrow(refusal);
  });

  it.each([
    ['no number', { text: 'a' }, 'format'],
    ['a text as number', { format: '2', text: 'a' }, 'format'],
    ['a member of another format', { format: 1, words: 'a' }, 'text'],
    ['a list', [], 'the top'],
    ['null', null, 'the top'],
  ])('leaves %s to the lowest format, which names the place', (_, value, place) => {
    const refusal = expect.objectContaining({ code: 'WIRE_INVALID', data: { subject: 'note' } }) as Error;
    expect(() => notes.decode(encode(value))).toThrow(refusal);
    expect(() => notes.decode(encode(value))).toThrow(`expected shape at ${place}`);
  });

  it('does not write a number outside the list', () => {
    expect(() => notes.encode({ format: 3, text: 'a' })).toThrow(/format 3 is unknown here/);
  });
});
