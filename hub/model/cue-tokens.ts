/** A part of a CUE text: a name, a string without anything computed in it, or a sign. */
export interface Token {
  readonly kind: 'name' | 'string' | 'sign';
  readonly text: string;
}

const name = /(?:_?#)?[\p{L}_$][\p{L}\p{N}_$]*|_?#/uy;
const number = /\d[\w.]*/y;
const quote = /(#*)("""|'''|"|')/y;

/** The parts of a CUE text, those that are computed inside of strings included; comments are none. Reads any text. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  readUntil(text, { at: 0, tokens, isInString: false });
  return tokens;
}

interface Reading {
  readonly at: number;
  readonly tokens: Token[];
  /** It ends with the parenthesis that closes what is computed inside of a string. */
  readonly isInString: boolean;
}

function readUntil(text: string, { at: start, tokens, isInString }: Reading): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const sign = text.charAt(at);
    if (text.startsWith('//', at)) at = endOfLine(text, at);
    else if (/\s/.test(sign)) at += 1;
    else if (isInString && sign === ')' && depth === 0) return at + 1;
    else {
      depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
      at = readToken(text, at, tokens);
    }
  }
  return at;
}

function readToken(text: string, at: number, tokens: Token[]): number {
  const opening = matchAt(quote, text, at);
  if (opening !== null) return readString(text, { at, hashes: opening[1] ?? '', mark: opening[2] ?? '"', tokens });
  const word = matchAt(name, text, at)?.[0];
  if (word !== undefined) tokens.push({ kind: 'name', text: word });
  const digits = word ?? matchAt(number, text, at)?.[0];
  if (digits !== undefined) return at + digits.length;
  tokens.push({ kind: 'sign', text: text.charAt(at) });
  return at + 1;
}

interface Opening {
  readonly at: number;
  readonly hashes: string;
  readonly mark: string;
  readonly tokens: Token[];
}

function readString(text: string, { at: start, hashes, mark, tokens }: Opening): number {
  const [close, escape] = [mark + hashes, `\\${hashes}`];
  const first = tokens.length;
  let at = start + hashes.length + mark.length;
  let plain = '';
  while (at < text.length && !text.startsWith(close, at)) {
    if (text.startsWith(`${escape}(`, at)) {
      tokens.push({ kind: 'sign', text: '(' });
      at = readUntil(text, { at: at + escape.length + 1, tokens, isInString: true });
      tokens.push({ kind: 'sign', text: ')' });
    } else {
      const length = text.startsWith(escape, at) ? escape.length + 1 : 1;
      plain += text.slice(at + length - 1, at + length);
      at += length;
    }
  }
  if (tokens.length === first) tokens.push({ kind: 'string', text: plain });
  return at + close.length;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
