import { stripVTControlCharacters } from 'node:util';

/** Where the demo is shown: a terminal whose last lines are redrawn in place, or a pipe that gets plain lines with times. */
export interface Screen {
  readonly interactive: boolean;
  readonly columns: () => number;
  readonly paint: (tone: Tone, text: string) => string;
  /** Prints lines that stay. */
  readonly print: (...lines: readonly string[]) => void;
  /** Prints a line that stays, in a pipe with the time since the start before it. */
  readonly say: (line: string) => void;
  /** Says something in a pipe only: what a terminal shows by redrawing. */
  readonly log: (line: string) => void;
  /** Shows the lines of `draw` below everything else, in a terminal only, until `settle`. */
  readonly live: (draw: () => readonly string[]) => void;
  readonly redraw: () => void;
  /** Draws the live lines a last time and lets them stay (or not). */
  readonly settle: (stay: boolean) => void;
}

export type Tone = 'strong' | 'faint' | 'good' | 'bad' | 'busy' | 'title' | 'v1' | 'v2' | 'v3';

const tones: Readonly<Record<Tone, string>> = {
  strong: '1',
  faint: '2',
  good: '32',
  bad: '31',
  busy: '33',
  title: '1;36',
  v1: '34',
  v2: '32',
  v3: '31',
};

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => boolean;
}

/** Opens the screen; `env` decides on colours (NO_COLOR, TERM) and may give COLUMNS. */
export function openScreen(
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
  now: () => number,
): Screen {
  const startedAt = now();
  const interactive = output.isTTY === true && env['TERM'] !== 'dumb';
  const color = interactive && (env['NO_COLOR'] ?? '') === '';
  const columns = (): number => Number(env['COLUMNS']) || output.columns || 80;
  let draw: (() => readonly string[]) | null = null;
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;

  const erase = (): string => (drawn === 0 ? '\r\u001b[J' : `\u001b[${drawn}A\r\u001b[J`);
  const show = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (draw === null) return;
    const lines = draw().map((line) => cut(line, columns()));
    output.write(`\u001b[?25l${erase()}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
  const print = (...lines: readonly string[]): void => {
    if (draw !== null) output.write(erase());
    drawn = 0;
    output.write(lines.map((line) => `${interactive ? cut(line, columns()) : line}\n`).join(''));
    if (draw !== null) show();
  };
  const stamp = (line: string): string => `[${((now() - startedAt) / 1000).toFixed(2).padStart(6)}] ${line}`;
  return {
    interactive,
    columns,
    paint: (tone, text) => (color && text !== '' ? `\u001b[${tones[tone]}m${text}\u001b[0m` : text),
    print,
    say: (line) => print(interactive ? line : stamp(line)),
    log: (line) => {
      if (!interactive) print(stamp(line));
    },
    live: (next) => {
      if (!interactive) return;
      draw = next;
      drawn = 0;
      show();
    },
    // Facts come in bursts: a person sees no more than some twenty pictures a second.
    redraw: () => {
      if (draw !== null) timer ??= setTimeout(show, 50);
    },
    settle: (stay) => {
      if (draw === null) return;
      if (stay) show();
      else output.write(erase());
      clearTimeout(timer);
      timer = undefined;
      draw = null;
      drawn = 0;
      output.write('\u001b[?25h');
    },
  };
}

/** How many columns a text takes, colours apart. */
export function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

/** The text filled up with blanks to a width, colours apart. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** The first columns of a text, with its colours: a line that wraps would spoil the redrawing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let left = width - 1;
  // eslint-disable-next-line no-control-regex -- colours are control characters
  const pieces = text.match(/\u001b\[[0-9;]*m|[^\u001b]/gu) ?? [];
  const kept = pieces.filter((piece) => piece.startsWith('\u001b') || left-- > 0);
  const end = kept.findLastIndex((piece) => !piece.startsWith('\u001b'));
  return [...kept.slice(0, end + 1), '\u2026', ...kept.slice(end + 1)].join('');
}
