import type { Place } from './source.ts';

/** A header of a block that keeps its lines: `template: |`. */
const header = /:\s*(?:[!&]\S+\s+)*\|[-+]?\s*(?:#.*)?$/;

/**
 * The place in a file (its `lines`) of a place in a text that it has as a block below a key; that of the key where the text is
 * written otherwise.
 */
export function placeInBlock(
  lines: readonly string[],
  key: Place,
  { line, column }: { readonly line: number; readonly column: number },
): Place {
  if (!header.test(lines[key.line - 1] ?? '')) return key;
  const first = lines.slice(key.line).find((one) => one.trim() !== '') ?? '';
  const indent = first.length - first.trimStart().length;
  return { path: key.path, line: key.line + line, column: indent + column };
}
