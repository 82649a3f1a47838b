import { describe, expect, it } from 'vitest';
import { fit, layoutTable, wrap, type Column } from '../../../../hub/status/layout.ts';

describe('a text in so many characters', () => {
  it.each<[text: string, width: number, fitted: string]>([
    ['short', 5, 'short'],
    ['', 0, ''],
    ['long name', 5, 'lo…me'],
    ['long name', 6, 'lo…ame'],
    ['long name', 4, 'long'],
    ['long name', 0, ''],
  ])('%j in %i', (text, width, fitted) => {
    expect(fit(text, width)).toBe(fitted);
  });

  it.each<[rule: string, text: string, width: number, lines: readonly string[]]>([
    ['is one line where it fits', 'one two', 7, ['one two']],
    ['is broken between words, further in', 'one two three', 9, ['one two', '  three']],
    ['is cut where a word is too long', 'a 0123456789abcdef', 9, ['a', '  01…cdef']],
    ['begins with a word that is too long', '0123456789 b', 7, ['012…789', '  b']],
    ['is empty', '', 7, ['']],
  ])('%s', (_, text, width, lines) => {
    const wrapped = wrap(text, width, '');
    expect(wrapped).toEqual(lines);
    expect(wrapped.every((line) => line.length <= width)).toBe(true);
  });

  it('is further in by an indent', () => {
    expect(wrap('one two three', 11, '  ')).toEqual(['  one two', '    three']);
  });
});

describe('a table', () => {
  const columns: readonly Column[] = [{ title: 'NAME', least: 6 }, { title: 'N' }, { title: 'TEXT', least: 8 }];
  const lines = [
    ['a-long-name', '1', 'some text'],
    ['b', '22', ''],
  ];

  it('has its columns under their titles, without spaces at the ends', () => {
    expect(layoutTable(columns, lines, 80)).toBe('NAME         N   TEXT\na-long-name  1   some text\nb            22');
  });

  it.each<[width: number, first: string]>([
    [26, 'a-long-name  1   some text'],
    [25, 'a-lo…-name  1   some text'],
    [22, 'a-l…name  1   som…text'],
    [1, 'a-…ame  1   som…text'],
  ])('shrinks its widest columns to %i, and none below its least', (width, first) => {
    expect(layoutTable(columns, lines, width).split('\n')[1]).toBe(first);
  });

  it('paints cells and not titles, and leaves a text line as it is', () => {
    const painted = [{ title: 'A', paint: (cell: string) => `<${cell}>` }];
    expect(layoutTable(painted, [['x'], 'a whole line'], 80)).toBe('A\n<x>\na whole line');
  });
});

describe('a text that is broken into lines', () => {
  it.each([
    ['fits', 20, ['  fits']],
    ['one two three four', 10, ['  one two', '    three', '    four']],
    ['a-word-that-is-longer-than-the-line x', 12, ['  a-w\u2026e-line', '    x']],
  ])('%s', (text, width, lines) => {
    expect(wrap(text, width, '  ')).toEqual(lines);
  });
});
