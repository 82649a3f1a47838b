import { isUtf8 } from 'node:buffer';
import { SluiceError } from '../../errors.ts';

/** A position in a text; line and column (UTF-16 units) count from 1. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** Finds the line and column of an offset; offsets outside the text count as its nearest end. */
export function spotter(text: string): (offset: number) => Spot {
  const starts = [0];
  for (const found of text.matchAll(/\r\n|\n|\r/g)) starts.push(found.index + found[0].length);
  return (offset) => {
    const inside = Math.max(0, Math.min(offset, text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= inside) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: inside - (starts[low] ?? 0) + 1 };
  };
}

/** The text of a file: UTF-8, a byte order mark left out; throws YAML_ENCODING for anything else, with its place. */
export function decodeText(bytes: Uint8Array, path: string): string {
  if (looksLikeUtf16(bytes)) {
    throw new SluiceError('YAML_ENCODING', 'the file is UTF-16', {
      path,
      line: 1,
      column: 1,
      hint: 'save it as UTF-8',
    });
  }
  if (!isUtf8(bytes)) {
    const spot = firstInvalid(bytes);
    throw new SluiceError('YAML_ENCODING', 'the file is not valid UTF-8', { path, ...spot, hint: 'save it as UTF-8' });
  }
  return new TextDecoder('utf-8').decode(bytes);
}

/**
 * The text without the byte order marks that begin documents: files that were joined have one each, and kubectl reads
 * them. `at` is the first mark that begins another line, -1 for none.
 */
export function withoutMarks(text: string): { readonly text: string; readonly at: number } {
  if (!text.includes('\ufeff')) return { text, at: -1 };
  const clean = text.replace(/^\ufeff/gm, (mark, offset: number) => (beginsDocument(text, offset) ? '' : mark));
  return { text: clean, at: clean.search(/^\ufeff/m) };
}

/** A `---` with a longer comment behind it is not looked for: the time stays bounded. */
const longestMarkerLine = 1000;

function beginsDocument(text: string, offset: number): boolean {
  if (offset === 0 || /^---(?:\s|$)/.test(text.slice(offset + 1, offset + 5))) return true;
  const before = text.slice(Math.max(0, offset - longestMarkerLine), offset).replace(/(?:\r\n|\n|\r)$/, '');
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  return /^\ufeff?(?:---|\.\.\.)[ \t]*(?:#.*)?$/.test(before.slice(start));
}

function looksLikeUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  // Without a mark, the first character of any YAML text is ASCII, so one of its two bytes is zero.
  return bytes.length >= 2 && (first === 0) !== (second === 0);
}

function firstInvalid(bytes: Uint8Array): Spot {
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(10, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  // A replacement character that was written as such is skipped by looking in the first bad line alone.
  const decoder = new TextDecoder('utf-8');
  const before = decoder.decode(bytes.subarray(0, start));
  const text = before + decoder.decode(bytes.subarray(start));
  return spotter(text)(text.indexOf('\ufffd', before.length));
}
