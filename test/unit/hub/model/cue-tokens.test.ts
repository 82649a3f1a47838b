import { describe, expect, it } from 'vitest';
import { tokensOf } from '../../../../hub/model/cue-tokens.ts';

const words = (text: string): string =>
  tokensOf(text)
    .map((token) => `${token.kind[0]}:${token.text}`)
    .join(' ');

describe('the parts of a CUE text', () => {
  it.each([
    ['names and signs', 'a.b != _|_', 'n:a s:. n:b s:! s:= n:_ s:| n:_'],
    ['strings', 'a: "b"', 'n:a s:: s:b'],
    ['what is computed inside of a string', '"x\\(a.b)y"', 's:( n:a s:. n:b s:)'],
    ['calls inside of that', '"\\(f(a))"', 's:( n:f s:( n:a s:) s:)'],
    ['raw strings', '#"\\(a) \\#(b)"#', 's:( n:b s:)'],
    ['comments, which are none', 'a // b\nc', 'n:a n:c'],
    ['raw strings behind a word', 'in#"a"b"# #D _#D.#e', 'n:in s:a"b n:#D n:_#D s:. n:#e'],
    ['names of other letters', 'größe.x', 'n:größe s:. n:x'],
    ['numbers, which are none', 'a > 1.5', 'n:a s:>'],
  ])('are %s', (_, text, expected) => {
    expect(words(text)).toBe(expected);
  });
});
