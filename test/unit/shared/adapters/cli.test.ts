import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runCli, terminalOf } from '../../../../shared/adapters/cli.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { commandsWith, type Command } from '../../../../shared/lib/command.ts';
import { toned } from '../../../../shared/lib/printable.ts';
import { fakeTerminal } from '../../../fakes/terminal.ts';

interface Run {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

const command = commandsWith<null>();

async function runWith(commands: readonly Command<null>[], args: readonly string[]): Promise<Run> {
  let out = '';
  let err = '';
  const terminal = fakeTerminal(
    (text) => (out += text),
    (text) => (err += text),
  );
  const program = { name: 'tool', description: 'does things', version: '1.2.3', commands, context: null };
  return { status: await runCli(program, args, terminal), out, err };
}

/** A command `go` that does this. */
const go = (run: () => Promise<number | undefined>) => [
  command({ name: 'go', description: '', arguments: [], options: {}, run }),
];
const failing = (error: Error) => go(() => Promise.reject(error));
const idle = go(() => Promise.resolve(undefined));

describe('runCli', () => {
  it('prints a coded error as one line with its place and hint, and exits with its status', async () => {
    const error = new SluiceError('DOCUMENT_INVALID', 'no\nname', {
      path: 'a.yaml',
      line: 3,
      column: 5,
      hint: 'add one',
    });
    const { status, err, out } = await runWith(failing(error), ['go']);
    expect(err).toBe('error[DOCUMENT_INVALID] no name; a.yaml:3:5; add one\n');
    expect(out).toBe('');
    expect(status).toBe(3);
  });

  it('prints the same error as JSON with --json, wherever the flag stands', async () => {
    const error = new SluiceError('MASS_DELETE', 'too many', { hint: 'approve it' });
    const { status, err } = await runWith(failing(error), ['go', '--json']);
    expect(JSON.parse(err)).toEqual({ code: 'MASS_DELETE', message: 'too many', hint: 'approve it' });
    expect(status).toBe(5);
  });

  it('shows stacks with --debug only', async () => {
    const error = new TypeError('oops');
    expect((await runWith(failing(error), ['go'])).err).toBe('error[INTERNAL] oops\n');
    expect((await runWith(failing(error), ['go', '--debug'])).err).toMatch(/caused by: TypeError: oops\n\s+at /);
    expect((await runWith(failing(error), ['go'])).status).toBe(1);
  });

  it.each([
    ['an unknown command', ['gone'], 'tool'],
    ['an unknown option', ['go', '--nope'], 'tool go'],
    ['too many arguments', ['go', 'a'], 'tool go'],
  ])('exits with 2 after %s, and names the command whose help there is', async (_, args, words) => {
    const { status, err } = await runWith(idle, args);
    expect(status).toBe(2);
    expect(err).toMatch(/^error\[USAGE\] [^\n]*\n$/);
    expect(err).toContain(`; see \`${words} --help\``);
  });

  it('prints help and version with status 0, and help as an error with 2 when no command is given', async () => {
    expect(await runWith(idle, ['--version'])).toEqual({ status: 0, out: '1.2.3\n', err: '' });
    expect((await runWith(idle, ['--help'])).out).toContain('does things');
    const bare = await runWith(idle, []);
    expect(bare.status).toBe(2);
    expect(bare.err).toContain('Usage: tool');
  });

  it('exits with the status that a command gives', async () => {
    const { status } = await runWith(
      go(() => Promise.resolve(10)),
      ['go'],
    );
    expect(status).toBe(10);
  });
});

describe('terminalOf', () => {
  const process = (env: Record<string, string>, cwd: string, tty: boolean) => {
    const stream = () => Object.assign(new PassThrough(), { isTTY: tty }) as unknown as NodeJS.WriteStream;
    return { stdout: stream(), stderr: stream(), env, cwd: () => cwd };
  };

  it('reads relative paths from the folder where npm run hub was called', () => {
    const env = { npm_lifecycle_event: 'hub', npm_package_json: '/checkout/package.json', INIT_CWD: '/home/dev' };
    expect(terminalOf(process(env, '/checkout', false)).path('x')).toBe('/home/dev/x');
    expect(terminalOf(process(env, '/elsewhere', false)).path('x')).toBe('/elsewhere/x');
    expect(terminalOf(process({ ...env, npm_lifecycle_event: 'test' }, '/checkout', false)).path('x')).toBe(
      '/checkout/x',
    );
    expect(terminalOf(process(env, '/checkout', false)).path('/abs')).toBe('/abs');
  });

  it('has colour on a terminal unless NO_COLOR is set', () => {
    expect(terminalOf(process({}, '/', true)).color).toBe(true);
    expect(terminalOf(process({ NO_COLOR: '1' }, '/', true)).color).toBe(false);
    expect(terminalOf(process({}, '/', false)).color).toBe(false);
  });
});

describe('what is written where it is read no more', () => {
  const streams = () => {
    const stream = () => Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream;
    return { stdout: stream(), stderr: stream(), env: {}, cwd: () => '/' };
  };
  const failure = (code: string) => Object.assign(new Error(code), { code });

  it.each(['stdout', 'stderr'] as const)('ends nothing: %s', (name) => {
    const process = streams();
    terminalOf(process);
    expect(() => process[name].emit('error', failure('EPIPE'))).not.toThrow();
    expect(() => process[name].emit('error', failure('EIO'))).toThrow('EIO');
  });

  it('is left out once too much of it waits', () => {
    const process = streams();
    const { err } = terminalOf(process);
    const line = 'x'.repeat(64 * 1024);
    const written = Array.from({ length: 40 }, () => err(line));
    expect([written[0], written.at(-1)]).toEqual([true, false]);
    expect(process.stderr.writableLength).toBeLessThanOrEqual(17 * line.length);
    (process.stderr as unknown as PassThrough).resume();
    expect(err(line)).toBe(false);
  });
});

describe('what reaches a terminal', () => {
  const spoof = '\u001b]0;fine\u0007\u001b[2J\u009b1mweb \u202eyhtlaeH\r\u007f';
  const shown = '\\u001b]0;fine\\u0007\\u001b[2J\\u009b1mweb \\u202eyhtlaeH\\u000d\\u007f';

  function written(write: (terminal: ReturnType<typeof terminalOf>) => void): string {
    const stream = () => Object.assign(new PassThrough(), { isTTY: true }) as unknown as NodeJS.WriteStream;
    const [stdout, stderr] = [stream(), stream()];
    write(terminalOf({ stdout, stderr, env: {}, cwd: () => '/' }));
    return [stdout, stderr].map((one) => String((one as unknown as PassThrough).read() ?? '')).join('');
  }

  it.each(['out', 'err', 'paint'] as const)('is never obeyed, by %s', (way) => {
    expect(written((terminal) => terminal[way](`${spoof}\n\tnext\n`))).toBe(`${shown}\n\tnext\n`);
  });

  it('has colours by paint alone, and the screen is drawn over by redraw alone', () => {
    const text = `${toned('Healthy', 'green')} ${spoof}\n`;
    expect(written((terminal) => terminal.paint(text))).toBe(`\u001b[32mHealthy\u001b[0m ${shown}\n`);
    expect(written((terminal) => terminal.out(text))).toBe(`\\u001b[32mHealthy\\u001b[0m ${shown}\n`);
    expect(written((terminal) => terminal.redraw(text))).toBe(
      `\u001b[H\u001b[32mHealthy\u001b[0m ${shown}\u001b[K\n\u001b[J`,
    );
  });

  it('is the same JSON', () => {
    const value = { message: `${spoof}\u2028` };
    expect(JSON.parse(written((terminal) => terminal.out(JSON.stringify(value))))).toEqual(value);
  });
});
