import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';

/** One measured figure; `aim` is what it should be (`most` it may be, or `least`). */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly most?: number;
  readonly least?: number;
  readonly note?: string;
}

/** Collects figures, and says each as soon as it is there. */
export interface Book {
  readonly add: (figure: Figure) => void;
  /** Prints how far it is, on standard error. */
  readonly say: (line: string) => void;
  readonly figures: () => readonly Figure[];
}

/** An empty book; progress goes to standard error with the seconds since the start. */
export function openBook(): Book {
  const started = Date.now();
  const figures: Figure[] = [];
  const say = (line: string): void => {
    const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(4);
    process.stderr.write(`${seconds} s  ${line}\n`);
  };
  return {
    add: (figure) => {
      figures.push(figure);
      say(
        `${figure.name} = ${shown(figure.value)} ${figure.unit}${figure.note === undefined ? '' : `, ${figure.note}`}`,
      );
    },
    say,
    figures: () => figures,
  };
}

/** Prints the table of figures with their aims, and writes them as JSON where a file is named. */
export async function printFigures(book: Book, title: string, jsonFile: string | undefined): Promise<void> {
  const rows = book
    .figures()
    .map((figure) => [
      figure.name,
      shown(figure.value),
      figure.unit,
      aimOf(figure),
      ratioOf(figure),
      figure.note ?? '',
    ]);
  const head = ['figure', 'value', 'unit', 'aim', 'of the aim', ''];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const load = loadavg().map((each) => each.toFixed(1));
  process.stdout.write(`\n${title} (load of the machine now: ${load.join(' ')})\n`);
  process.stdout.write(`${[head, ...rows].map(line).join('\n')}\n`);
  if (jsonFile === undefined) return;
  const plain = book.figures().map(({ name, value, unit }) => ({ name, value, unit }));
  await writeFile(jsonFile, `${JSON.stringify(plain, null, 2)}\n`);
}

/** The value that a share of the samples does not exceed. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}

function aimOf({ most, least }: Figure): string {
  if (most !== undefined) return `<= ${most}`;
  return least === undefined ? '' : `>= ${least}`;
}

function ratioOf({ value, most, least }: Figure): string {
  const aim = most ?? least;
  return aim === undefined || aim === 0 ? '' : `${(value / aim).toFixed(2)}x`;
}
