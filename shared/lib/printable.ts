/**
 * Characters that a terminal or a reader's eye obeys: control characters (C0, C1, DEL), marks that turn the direction of writing,
 * separators of lines beside the line break, and those without width. Line breaks and tabs are left to the caller.
 */
const unsafe =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * A text from outside as a terminal may get it: what a terminal would obey is written as `\u001b`, as in JSON, so that JSON and
 * YAML stay the same documents. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(unsafe, escaped);
}

/** The same within one line: nothing in it can begin a line of its own in a table. */
export function printableLine(text: string): string {
  return printable(text).replace(/\s*[\n\t]\s*/g, ' ');
}

/** A value of JSON whose texts are each within one line (`printableLine`), for what is laid out as a table. */
export function withPrintableLines<T>(value: T): T {
  return lined(value) as T;
}

function lined(value: unknown): unknown {
  if (typeof value === 'string') return printableLine(value);
  if (Array.isArray(value)) return value.map(lined);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [printableLine(key), lined(member)]));
}

/** The colours of texts, by the number that a terminal knows them by. */
export const tones = { red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 } as const;

/** A text in a colour, for `paint` of a terminal. */
export function toned(text: string, tone: keyof typeof tones): string {
  return `\u001b[${tones[tone]}m${text}\u001b[0m`;
}

/** `printable`, save the marks of `toned`. */
export function printableToned(text: string): string {
  return text
    .split(toneMark)
    .map((part, index) => (index % 2 === 0 ? printable(part) : part))
    .join('');
}

const toneMark = new RegExp(`(\\u001b\\[(?:${[0, ...Object.values(tones)].join('|')})m)`);

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
