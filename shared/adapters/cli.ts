import { isAbsolute, resolve, dirname } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { asSluiceError, errorJson, errorLine, SluiceError } from '../errors.ts';
import { printable, printableToned } from '../lib/printable.ts';
import type { Command as CommandValue, CommandGroup, CommandOption } from '../lib/command.ts';
import type { Terminal } from '../ports/terminal.ts';
import { boundedLines } from './bounded.ts';

/** The parts of a process that a terminal is made of. */
export interface TerminalProcess {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: () => string;
}

/** A program: what `--help` and `--version` say, its commands in the order of help, and what they work with. */
export interface CliProgram<C> {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly commands: readonly (CommandValue<C> | CommandGroup<C>)[];
  readonly context: C;
}

/** The terminal of a process. From `npm run hub|agent`, relative paths mean the folder where npm was called. */
export function terminalOf(process: TerminalProcess): Terminal {
  const { stdout, stderr, env } = process;
  // `sluice-hub render | head` closes the pipe early: nothing is wrong with that. Nor does a hub end because its log is read no more.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const folder = callerFolder(process);
  return {
    // Nothing reaches a terminal but through here: texts of agents, documents and servers are data.
    out: (text) => void stdout.write(printable(text)),
    err: boundedLines(stderr, (text) => void stderr.write(printable(text))),
    paint: (text) => void stdout.write(printableToned(text)),
    redraw: (text) => void stdout.write(overScreen(printableToned(text))),
    interactive: stdout.isTTY && env['TERM'] !== 'dumb',
    color: stdout.isTTY && env['TERM'] !== 'dumb' && (env['NO_COLOR'] ?? '') === '',
    columns: () => Number(env['COLUMNS']) || stdout.columns || 80,
    path: (path) => (isAbsolute(path) ? path : resolve(folder, path)),
    env,
  };
}

/** Home, each line cleared to its end, and then the rest of the screen. */
function overScreen(text: string): string {
  return `\u001b[H${text.replaceAll('\n', '\u001b[K\n')}\u001b[J`;
}

/**
 * Runs a program with arguments (without its own name) and resolves with the exit status; never throws. An error is one line
 * on standard error, and its code decides the status; a command that worked may return one, too (10 degraded, 11 stale).
 */
export async function runCli<C>(spec: CliProgram<C>, args: readonly string[], terminal: Terminal): Promise<number> {
  let status = 0;
  let help = '';
  const program = new Command(spec.name)
    .description(spec.description)
    .version(spec.version)
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
  addCommands(program, spec.commands, async (command, given, values) => {
    const isJson = 'json' in command.options && flags.has('--json');
    status = (await command.run(spec.context, given, isJson ? { ...values, json: true } : values)) ?? 0;
  });
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
    const failure =
      error instanceof CommanderError ? usageError(error, failedCommand(program, args)) : asSluiceError(error);
    terminal.err(flags.has('--json') ? JSON.stringify(errorJson(failure)) + '\n' : errorLine(failure) + '\n');
    if (flags.has('--debug')) terminal.err(stackOf(failure));
    return failure.exitCode;
  }
}

type Start<C> = (command: CommandValue<C>, args: readonly string[], flags: Flags) => Promise<void>;
type Flags = Readonly<Record<string, unknown>>;

function addCommands<C>(
  parent: Command,
  commands: readonly (CommandValue<C> | CommandGroup<C>)[],
  start: Start<C>,
): void {
  for (const command of commands) {
    if ('commands' in command) {
      const group = parent.command(command.name).description(command.description);
      if (command.alias !== undefined) group.alias(command.alias);
      addCommands(group, command.commands, start);
    } else {
      addCommand(parent, command, start);
    }
  }
}

function addCommand<C>(parent: Command, command: CommandValue<C>, start: Start<C>): void {
  const parsed = parent.command([command.name, ...command.arguments].join(' ')).description(command.description);
  const options = Object.entries(command.options).map(([key, spec]) => [key, optionOf(spec)] as const);
  for (const [, option] of options) parsed.addOption(option);
  // What the parser hands over: each argument, the values of the options, itself.
  parsed.action(async (...given: unknown[]) => {
    const values = parsed.opts<Flags>();
    const flags = Object.fromEntries(options.map(([key, option]) => [key, values[option.attributeName()]]));
    await start(command, given.slice(0, command.arguments.length) as string[], flags);
  });
}

function optionOf({ flag, help, choices, fallback }: CommandOption<unknown>): Option {
  const option = new Option(flag, help);
  if (choices !== undefined) option.choices(choices);
  return fallback === undefined ? option : option.default(fallback);
}

/** The words of the command that the arguments name: `sluice-hub cluster join`. */
function failedCommand(program: Command, args: readonly string[]): string {
  let [found, words] = [program, program.name()];
  for (const arg of args.filter((one) => !one.startsWith('-'))) {
    const next = found.commands.find((one) => one.name() === arg || one.alias() === arg);
    if (next === undefined) break;
    [found, words] = [next, `${words} ${next.name()}`];
  }
  return words;
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
