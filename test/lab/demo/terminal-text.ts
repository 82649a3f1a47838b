/** A run of characters of one line that look the same. */
export interface Run {
  readonly text: string;
  /** Codes of `ESC [ ... m`: 1 bold, 2 faint, 31 to 36 colours. */
  readonly codes: readonly string[];
}

interface Cell {
  readonly character: string;
  readonly codes: readonly string[];
}

/**
 * What a terminal shows in the end of what was written to it: it knows line ends, carriage returns, moves up, erasing to the
 * end, and colours, which is all that this project writes.
 */
export function terminalLines(written: string): Run[][] {
  const screen: Screen = { lines: [[]], row: 0, column: 0, codes: [] };
  // eslint-disable-next-line no-control-regex -- a terminal is driven by control characters
  for (const piece of written.match(/\u001b\[[?0-9;]*[A-Za-z]|[^\u001b]/gu) ?? []) {
    if (piece.startsWith('\u001b')) command(screen, piece);
    else put(screen, piece);
  }
  return screen.lines.map(runsOf);
}

interface Screen {
  readonly lines: Cell[][];
  row: number;
  column: number;
  codes: readonly string[];
}

function put(screen: Screen, character: string): void {
  if (character === '\r') screen.column = 0;
  else if (character === '\n') {
    screen.row += 1;
    screen.column = 0;
    screen.lines[screen.row] ??= [];
  } else {
    (screen.lines[screen.row] ??= [])[screen.column] = { character, codes: screen.codes };
    screen.column += 1;
  }
}

function command(screen: Screen, piece: string): void {
  if (piece.endsWith('A')) screen.row = Math.max(0, screen.row - Number(piece.slice(2, -1)));
  else if (piece.endsWith('m')) screen.codes = nextCodes(piece, screen.codes);
  else if (piece.endsWith('J')) {
    screen.lines.length = screen.row + 1;
    screen.lines[screen.row] = (screen.lines[screen.row] ?? []).slice(0, screen.column);
  }
}

function nextCodes(piece: string, codes: readonly string[]): readonly string[] {
  const given = piece.slice(2, -1).split(';');
  return given.includes('0') || given.includes('') ? [] : [...codes, ...given];
}

function runsOf(cells: readonly Cell[]): Run[] {
  const runs: { text: string; codes: readonly string[] }[] = [];
  for (const { character, codes } of cells) {
    const last = runs.at(-1);
    if (last !== undefined && last.codes.join() === codes.join()) last.text += character;
    else runs.push({ text: character, codes });
  }
  return runs;
}
