import { isAbsolute, resolve, dirname } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { asSluiceError, errorJson, errorLine, SluiceError } from '../errors.ts';

/** What a command line talks to: the caller's terminal, folder and environment. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True when standard output is a terminal that can be redrawn. */
  readonly interactive: boolean;
  readonly color: boolean;
  readonly columns: () => number;
  /** The absolute path that the caller means by a path. */
  readonly path: (path: string) => string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The parts of a process that a terminal is made of. */
export interface TerminalProcess {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: () => string;
}

export type CliCommand = Command;

/** A command line under construction: add commands to `program`, set a status with `exit`, then `run` it. */
export interface Cli {
  readonly program: CliCommand;
  /** Sets the exit status of a command that worked and still has something to say (10 degraded, 11 stale). */
  readonly exit: (status: number) => void;
  /** Runs the arguments (without program name) and resolves with the exit status of safety.md; never throws. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

/** An option with a closed list of values. */
export function choiceOption(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices);
}

/** The terminal of a process. From `npm run hub|agent`, relative paths mean the folder where npm was called. */
export function terminalOf(process: TerminalProcess): Terminal {
  const { stdout, stderr, env } = process;
  // `sluice-hub render | head` closes the pipe early: nothing is wrong with that.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const folder = callerFolder(process);
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    interactive: stdout.isTTY && env['TERM'] !== 'dumb',
    color: stdout.isTTY && env['TERM'] !== 'dumb' && (env['NO_COLOR'] ?? '') === '',
    columns: () => Number(env['COLUMNS']) || stdout.columns || 80,
    path: (path) => (isAbsolute(path) ? path : resolve(folder, path)),
    env,
  };
}

/** A command line whose errors are one line each on standard error, with the exit statuses of safety.md. */
export function createCli(
  info: { readonly name: string; readonly description: string; readonly version: string },
  terminal: Terminal,
): Cli {
  let status = 0;
  let help = '';
  const program = new Command(info.name)
    .description(info.description)
    .version(info.version)
    .helpCommand(true)
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => (help += text),
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.columns(),
      getErrHelpWidth: () => terminal.columns(),
    })
    .addHelpText('afterAll', '\n--json prints errors as JSON, --debug adds stacks.');
  const run = async (args: readonly string[]): Promise<number> => {
    const flags = new Set<string>(args.filter((arg) => arg === '--json' || arg === '--debug'));
    try {
      await program.parseAsync(
        args.filter((arg) => !flags.has(arg)),
        { from: 'user' },
      );
      return status;
    } catch (error) {
      if (error instanceof CommanderError && error.exitCode === 0) return 0;
      if (error instanceof CommanderError && error.code === 'commander.help') {
        terminal.err(help);
        return 2;
      }
      const failure = error instanceof CommanderError ? usageError(error, info.name) : asSluiceError(error);
      terminal.err(flags.has('--json') ? JSON.stringify(errorJson(failure)) + '\n' : errorLine(failure) + '\n');
      if (flags.has('--debug')) terminal.err(stackOf(failure));
      return failure.exitCode;
    }
  };
  return { program, exit: (code) => (status = code), run };
}

function usageError(error: CommanderError, name: string): SluiceError {
  const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return new SluiceError('USAGE', message, { hint: `see \`${name} --help\`` }, error);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const cause = error.cause === undefined ? '' : `caused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? String(error)}\n${cause}`;
}

function callerFolder(process: TerminalProcess): string {
  const { env } = process;
  const fromNpm =
    (env['npm_lifecycle_event'] === 'hub' || env['npm_lifecycle_event'] === 'agent') &&
    process.cwd() === dirname(env['npm_package_json'] ?? '');
  return (fromNpm ? env['INIT_CWD'] : undefined) ?? process.cwd();
}
