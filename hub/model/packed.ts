import { unitsOfBytes, type Slices } from '../../shared/lib/slices.ts';

/** A JSON value as text, cut so that no piece of it takes long to read: whole, or in parts of a list or mapping, in order. */
export type Packed = string | { readonly kind: 'list' | 'map'; readonly parts: readonly Part[] };

/** A run of members as text, or one member that is large by itself. */
type Part = string | { readonly key: string; readonly value: Packed };

/** The longest piece, in characters, but for a single text that is longer. */
const pieceLength = 64 * 1024;

/** Cuts a JSON value into pieces. */
export function pack(value: unknown): Packed {
  const whole = JSON.stringify(value);
  if (whole.length <= pieceLength || value === null || typeof value !== 'object') return whole;
  return Array.isArray(value)
    ? { kind: 'list', parts: partsOf(value.entries(), (_, item) => item, ['[', ']']) }
    : {
        kind: 'map',
        parts: partsOf(Object.entries(value), (key, item) => `${JSON.stringify(key)}:${item}`, ['{', '}']),
      };
}

function partsOf(
  members: Iterable<readonly [string | number, unknown]>,
  textOf: (key: string, item: string) => string,
  [open, close]: readonly [string, string],
): Part[] {
  const parts: Part[] = [];
  let run: string[] = [];
  let length = 0;
  const end = (): void => {
    if (run.length > 0) parts.push(`${open}${run.join(',')}${close}`);
    [run, length] = [[], 0];
  };
  for (const [index, item] of members) {
    const key = String(index);
    const value = pack(item);
    if (typeof value !== 'string') {
      end();
      parts.push({ key, value });
      continue;
    }
    const text = textOf(key, value);
    if (length + text.length > pieceLength) end();
    run.push(text);
    length += text.length;
  }
  end();
  return parts;
}

/** How long the text of a packed value is, in characters. */
export function lengthOf(packed: Packed): number {
  if (typeof packed === 'string') return packed.length;
  return packed.parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : lengthOf(part.value)), 0);
}

/** The value again, read piece by piece. */
export async function unpack(packed: Packed, slices: Slices): Promise<unknown> {
  if (typeof packed === 'string') return readPiece(packed, slices);
  if (packed.kind === 'list') return unpackList(packed.parts, slices);
  const map: Record<string, unknown> = {};
  for (const part of packed.parts) {
    if (typeof part === 'string') Object.assign(map, await readPiece(part, slices));
    else map[part.key] = await unpack(part.value, slices);
  }
  return map;
}

async function unpackList(parts: readonly Part[], slices: Slices): Promise<unknown[]> {
  const list: unknown[] = [];
  for (const part of parts) {
    if (typeof part !== 'string') list.push(await unpack(part.value, slices));
    else for (const item of (await readPiece(part, slices)) as readonly unknown[]) list.push(item);
  }
  return list;
}

async function readPiece(text: string, slices: Slices): Promise<unknown> {
  await slices.spend(unitsOfBytes(text.length));
  return JSON.parse(text);
}
