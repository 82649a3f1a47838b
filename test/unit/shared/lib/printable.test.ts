import { describe, expect, it } from 'vitest';
import {
  printable,
  printableLine,
  printableToned,
  toned,
  withPrintableLines,
} from '../../../../shared/lib/printable.ts';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { parseYaml } from '../../../../shared/lib/yaml.ts';

describe('printable', () => {
  it.each([
    ['an escape', '\u001b[31m', '\\u001b[31m'],
    ['a bell', 'a\u0007', 'a\\u0007'],
    ['a backspace', 'ab\b', 'ab\\u0008'],
    ['the return of a carriage', 'ab\rc', 'ab\\u000dc'],
    ['an 8-bit control', '\u009b2J', '\\u009b2J'],
    ['a delete', '\u007f', '\\u007f'],
    ['a bidi override', '\u202egnp.exe', '\\u202egnp.exe'],
    ['a bidi isolate', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['a space without width', 'a\u200bb', 'a\\u200bb'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['a byte-order mark', '\ufeffa', '\\ufeffa'],
    ['words of any language', 'größe 名前 🙂', 'größe 名前 🙂'],
    ['lines and tabs', 'a\n\tb', 'a\n\tb'],
  ])('shows %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('keeps YAML the same document', () => {
    const value = { message: 'a\u001b[2Jb\u202ec\u009b' };
    const text = printable(yamlText(value));
    expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(parseYaml(text, 'x.yaml')[0]?.value).toEqual(value);
  });
});

describe('printableLine', () => {
  it('stays within its line', () => {
    expect(printableLine('a \n  b\tc\r\n')).toBe('a b c\\u000d ');
    expect(withPrintableLines({ a: ['x\ny', 1, null], 'k\n': { b: '\u001b' } })).toEqual({
      a: ['x y', 1, null],
      'k ': { b: '\\u001b' },
    });
  });
});

describe('printableToned', () => {
  it('lets the marks of toned pass and nothing else', () => {
    expect(printableToned(toned('a\u001b[8m', 'red'))).toBe('\u001b[31ma\\u001b[8m\u001b[0m');
  });
});
