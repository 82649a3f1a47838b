import { describe, expect, it } from 'vitest';
import { decodeText, spotter, withoutMarks } from '../../../../../shared/lib/yaml/text.ts';

const mark = '\ufeff';

describe('the place of an offset', () => {
  const text = 'ab\nc\r\n\rd';
  it.each<[offset: number, line: number, column: number]>([
    [0, 1, 1],
    [2, 1, 3],
    [3, 2, 1],
    [4, 2, 2],
    [6, 3, 1],
    [7, 4, 1],
    [8, 4, 2],
    [99, 4, 2],
    [-1, 1, 1],
  ])('%i is line %i, column %i', (offset, line, column) => {
    expect(spotter(text)(offset)).toEqual({ line, column });
  });

  it('in an empty text is its begin', () => {
    expect(spotter('')(5)).toEqual({ line: 1, column: 1 });
  });
});

describe('the bytes of a file', () => {
  const read = (bytes: Uint8Array) => decodeText(bytes, 'a.yaml');
  const refused = (message: string, line: number, column: number) =>
    expect.objectContaining({
      code: 'YAML_ENCODING',
      message,
      data: { path: 'a.yaml', line, column, hint: 'save it as UTF-8' },
    }) as Error;

  it.each<[rule: string, bytes: Uint8Array, text: string]>([
    ['UTF-8', Buffer.from('ä: 語'), 'ä: 語'],
    ['UTF-8 with a mark, which is left out', Buffer.from(`${mark}a: 1`), 'a: 1'],
    ['nothing', Buffer.alloc(0), ''],
    ['one byte', Buffer.from('a'), 'a'],
    ['a replacement character that was written as such', Buffer.from('\ufffd'), '\ufffd'],
  ])('are %s', (_, bytes, text) => {
    expect(read(bytes)).toBe(text);
  });

  it.each<[rule: string, bytes: Uint8Array]>([
    ['with a mark', Buffer.from(`${mark}a: 1`, 'utf16le')],
    ['with a mark, the other way round', Buffer.from(`${mark}a: 1`, 'utf16le').swap16()],
    ['without a mark', Buffer.from('a: 1', 'utf16le')],
    ['without a mark, the other way round', Buffer.from('a: 1', 'utf16le').swap16()],
  ])('are refused as UTF-16 %s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(refused('the file is UTF-16', 1, 1));
  });

  it.each<[rule: string, bytes: Uint8Array, line: number, column: number]>([
    ['the first byte', Buffer.from([0xff]), 1, 1],
    ['the last byte', Buffer.concat([Buffer.from('a: 1\nb: '), Buffer.from([0xe4])]), 2, 4],
    [
      'after a replacement character in an earlier line',
      Buffer.concat([Buffer.from('a: \ufffd\nb: '), Buffer.from([0xe4, 0x0a])]),
      2,
      4,
    ],
    ['after characters of several bytes', Buffer.concat([Buffer.from('ä語'), Buffer.from([0xff])]), 1, 3],
  ])('are refused where they are not UTF-8: %s', (_, bytes, line, column) => {
    expect(() => read(bytes)).toThrow(refused('the file is not valid UTF-8', line, column));
  });
});

describe('byte order marks in a text', () => {
  it.each<[rule: string, text: string, clean: string, at: number]>([
    ['are none in most', 'a: 1\n', 'a: 1\n', -1],
    ['go at its begin', `${mark}a: 1\n`, 'a: 1\n', -1],
    ['go before a document', `a: 1\n${mark}---\nb: 2\n`, 'a: 1\n---\nb: 2\n', -1],
    ['go after the line that begins one', `a: 1\n---\n${mark}b: 2\n`, 'a: 1\n---\nb: 2\n', -1],
    ['go after such a line with a comment', `a: 1\n--- # next\r\n${mark}b: 2\n`, 'a: 1\n--- # next\r\nb: 2\n', -1],
    ['go after the line that ends one', `a: 1\n...\n${mark}b: 2\n`, 'a: 1\n...\nb: 2\n', -1],
    ['stay at the begin of another line, and are found', `a: 1\n${mark}b: 2\n`, `a: 1\n${mark}b: 2\n`, 5],
    ['stay after a line that only begins like one', `a: 1\n---a\n${mark}b: 2\n`, `a: 1\n---a\n${mark}b: 2\n`, 10],
    ['stay in the middle of a line: they are text', `a: x${mark}y\n`, `a: x${mark}y\n`, -1],
  ])('%s', (_, text, clean, at) => {
    expect(withoutMarks(text)).toEqual({ text: clean, at });
  });

  it('cost no more than the text is long', () => {
    const text = `--- #${' '.repeat(200_000)}\n${`${mark}\n`.repeat(2_000)}`;
    expect(withoutMarks(text).text.length).toBeGreaterThan(200_000);
  });
});
