import type { Terminal } from '../../shared/ports/terminal.ts';

/** A terminal of 80 columns that is not one: what is written goes to two functions, and each redraw begins with `<redraw>`. */
export function fakeTerminal(
  out: (text: string) => unknown,
  err: (text: string) => unknown,
  given: Partial<Terminal> = {},
): Terminal {
  return {
    out: (text) => void out(text),
    err: (text) => void err(text),
    paint: (text) => void out(text),
    redraw: (text) => void out(`<redraw>${text}`),
    ...{ interactive: false, color: false, columns: () => 80, path: String, env: {}, ...given },
  };
}
