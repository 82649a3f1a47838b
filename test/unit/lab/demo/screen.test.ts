import { describe, expect, it } from 'vitest';
import { cut, openScreen, widthOf } from '../../../lab/demo/screen.ts';
import { terminalLines } from '../../../lab/demo/terminal-text.ts';

function screenOf(isTTY: boolean, env: Record<string, string> = {}) {
  let written = '';
  let now = 1_000;
  const output = { isTTY, columns: 20, write: (text: string) => ((written += text), true) };
  const screen = openScreen(output, { TERM: 'xterm', ...env }, () => now);
  return { screen, written: () => written, later: (ms: number) => (now += ms) };
}

const shown = (written: string): string[] =>
  terminalLines(written).map((runs) => runs.map(({ text }) => text).join(''));

describe('the screen of the demo', () => {
  it('redraws its last lines in place in a terminal, and lets what is printed stay above them', () => {
    const { screen, written } = screenOf(true);
    let number = 1;
    screen.print('title');
    screen.live(() => [`a ${number}`, `b ${number}`]);
    number = 2;
    screen.print('fact');
    screen.settle(true);
    screen.print('end');
    expect(shown(written())).toEqual(['title', 'fact', 'a 2', 'b 2', 'end', '']);
  });

  it('never writes a line that wraps', () => {
    const { screen, written } = screenOf(true);
    screen.print('x'.repeat(50));
    screen.live(() => [screen.paint('good', 'y'.repeat(50))]);
    screen.settle(true);
    expect(shown(written()).map((line) => line.length)).toEqual([20, 20, 0]);
  });

  it('writes plain lines with the time since the start into a pipe', () => {
    const { screen, written, later } = screenOf(false);
    screen.live(() => ['never shown']);
    later(1_234);
    screen.log('seen');
    screen.say(screen.paint('good', 'done'));
    screen.print('table');
    expect(written()).toBe('[  1.23] seen\n[  1.23] done\ntable\n');
  });

  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['a dumb terminal', { TERM: 'dumb' }],
  ])('has no colours with %s', (_, env) => {
    expect(screenOf(true, env).screen.paint('good', 'x')).toBe('x');
    expect(screenOf(true).screen.paint('good', 'x')).toBe('\u001b[32mx\u001b[0m');
  });

  it('cuts coloured text by what is seen of it', () => {
    const text = '\u001b[32mgreen\u001b[0m and plain';
    expect(cut(text, 15)).toBe(text);
    expect(widthOf(cut(text, 8))).toBe(8);
    expect(cut(text, 3)).toBe('\u001b[32mgr\u2026\u001b[0m');
  });
});
