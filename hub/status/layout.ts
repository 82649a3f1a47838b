/** A column: its title, how short its cells may get where space is scarce (never cut when absent), and its paint. */
export interface Column {
  readonly title: string;
  readonly least?: number;
  readonly paint?: (cell: string) => string;
}

const gap = 2;

/** Lines of cells under their titles, within `width` columns as far as the columns can shrink; a text line stands alone. */
export function layoutTable(
  columns: readonly Column[],
  lines: readonly (readonly string[] | string)[],
  width: number,
): string {
  const rows = [columns.map(({ title }) => title), ...lines];
  const widths = shrink(columns, naturalWidths(columns.length, rows), width);
  const text = rows.map((row, index) => {
    if (typeof row === 'string') return row;
    const cells = row.map((cell, at) => {
      const padded = fit(cell, widths[at] ?? 0).padEnd(widths[at] ?? 0);
      return index > 0 ? (columns[at]?.paint?.(padded) ?? padded) : padded;
    });
    return cells.join(' '.repeat(gap)).trimEnd();
  });
  return text.join('\n');
}

/** A text of at most `width` characters: what is too long loses its middle, because both ends tell names apart. */
export function fit(text: string, width: number): string {
  if (text.length <= width) return text;
  if (width < 5) return text.slice(0, width);
  const head = Math.floor((width - 1) / 2);
  return `${text.slice(0, head)}\u2026${text.slice(text.length - (width - 1 - head))}`;
}

/** A text as lines of at most `width` characters, broken between words, all but the first two further in than `indent`. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    const isFirst = line.trim() === '';
    const longer = isFirst ? line + word : `${line} ${word}`;
    if (longer.length <= width || isFirst) line = fit(longer, width);
    else {
      lines.push(line);
      line = fit(`${indent}  ${word}`, width);
    }
  }
  return [...lines, line];
}

function naturalWidths(count: number, rows: readonly (readonly string[] | string)[]): number[] {
  const cells = rows.filter((row) => typeof row !== 'string');
  return Array.from({ length: count }, (_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
}

/** Takes characters from the widest column that may lose one, until everything fits or nothing may shrink. */
function shrink(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1);
  for (let over = total() - width; over > 0; over--) {
    const candidates = widths
      .map((one, at) => ({ at, one }))
      .filter(({ at, one }) => one > (columns[at]?.least ?? one));
    const widest = candidates.reduce<{ at: number; one: number } | null>(
      (best, next) => (best === null || next.one > best.one ? next : best),
      null,
    );
    if (widest === null) break;
    widths[widest.at] = widest.one - 1;
  }
  return widths;
}
