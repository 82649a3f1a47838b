import type { Work } from '../../shared/lib/slices.ts';

/** Characters of a piece, about, and what writing one costs, in units of a slice. */
const [pieceChars, pieceUnits] = [32_768, 100];

/** Levels below the top in which lists and objects are written member by member; what is below them is written as one. */
const levels = 3;

/**
 * The bytes of the text that JSON.stringify makes of a value, as work, in pieces: a long answer would hold the thread as a whole.
 * For plain values alone, without a toJSON of their own.
 */
export function* writingJson(value: unknown): Work<Buffer[]> {
  const pieces: Buffer[] = [];
  let open = '';
  for (const text of textsOf(value, levels)) {
    open += text;
    if (open.length < pieceChars) continue;
    pieces.push(Buffer.from(open));
    yield Math.ceil((pieceUnits * open.length) / pieceChars);
    open = '';
  }
  return [...pieces, Buffer.from(open)];
}

function* textsOf(value: unknown, depth: number): Generator<string> {
  if (value === undefined) yield 'null';
  else if (value === null || typeof value !== 'object' || depth === 0) yield JSON.stringify(value);
  else if (Array.isArray(value)) yield* listTexts(value, depth);
  else yield* memberTexts(value, depth);
}

function* listTexts(list: readonly unknown[], depth: number): Generator<string> {
  yield '[';
  for (const [at, value] of list.entries()) {
    if (at > 0) yield ',';
    yield* textsOf(value, depth - 1);
  }
  yield ']';
}

function* memberTexts(members: object, depth: number): Generator<string> {
  yield '{';
  let isFirst = true;
  for (const [key, value] of Object.entries(members)) {
    if (value === undefined) continue;
    yield `${isFirst ? '' : ','}${JSON.stringify(key)}:`;
    isFirst = false;
    yield* textsOf(value, depth - 1);
  }
  yield '}';
}
