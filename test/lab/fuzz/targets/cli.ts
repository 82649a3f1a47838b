import fc from 'fast-check';
import { commands as agentCommands } from '../../../../agent/cli/commands.ts';
import { readOptions } from '../../../../agent/run/config.ts';
import { commands as hubCommands } from '../../../../hub/cli/commands.ts';
import { runCli } from '../../../../shared/adapters/cli.ts';
import { codes } from '../../../../shared/errors.ts';
import type { Command, CommandGroup } from '../../../../shared/lib/command.ts';
import { fakeTerminal } from '../../../fakes/terminal.ts';
import { refusing, type Target } from '../target.ts';

type Commands = readonly (Command<never> | CommandGroup<never>)[];

/** Commands that are parsed as they are, and do nothing but read their flags. */
function idle(commands: Commands): (Command<null> | CommandGroup<null>)[] {
  const quiet = (command: Command<never>): Command<null> => ({
    ...command,
    run: async (_context, _args, flags) => {
      if (commands === (agentCommands as Commands)) await refusing(() => readOptions(flags));
      return undefined;
    },
  });
  return commands.map((one) => ('commands' in one ? { ...one, commands: one.commands.map(quiet) } : quiet(one)));
}

const programs = [hubCommands as Commands, agentCommands as Commands].map(idle);
const all = programs
  .flat()
  .flatMap((one) => ('commands' in one ? [one.name, ...one.commands.map(({ name }) => name)] : [one.name]));
const flags = programs
  .flat()
  .flatMap((one) => ('commands' in one ? one.commands : [one]))
  .flatMap(({ options }) => Object.values(options).map(({ flag }) => flag.replace(/^.*?(--[a-z-]+).*$/, '$1')));

const word = fc.oneof(
  fc.constantFrom(...all),
  fc.constantFrom(...flags),
  fc.constantFrom(
    '--',
    '-',
    '--json',
    '--debug',
    '-o',
    'table',
    '--help',
    '=',
    '--output=',
    '-h',
    '--version',
    '-ojson',
    '@x',
  ),
  fc
    .tuple(fc.constantFrom(...flags), fc.string({ unit: 'binary', maxLength: 8 }))
    .map(([flag, value]) => `${flag}=${value}`),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.integer({ min: 1, max: 100_000 }).map((count) => 'x'.repeat(count)),
);

const statuses = new Set<number>([0, ...Object.values(codes).map(({ exit }) => exit)]);

/** Arguments of both programs. */
export const cli: Target<readonly string[]> = {
  name: 'cli',
  from: 'people, and scripts that pass on what others say',
  input: fc.tuple(fc.constantFrom(...all), fc.array(word, { maxLength: 12 })).map(([first, rest]) => [first, ...rest]),
  cpuMs: 3_000,
  short: 100,
  open: () => ({
    read: async (args) => {
      for (const commands of programs) {
        let err = '';
        const terminal = fakeTerminal(
          () => undefined,
          (text) => (err += text),
        );
        const status = await runCli(
          { name: 'sluice', description: '', version: '1', commands, context: null },
          args,
          terminal,
        );
        if (!statuses.has(status) || status === 1) throw new Error(`exit status ${status}: ${err}`);
        if (status === 0 && err !== '') throw new Error(`an error with exit status 0: ${err}`);
      }
    },
  }),
};
