import { describe, expect, it } from 'vitest';
import { runCli } from '../../../../shared/adapters/cli.ts';
import {
  choiceOption,
  commandsWith,
  defaultChoice,
  defaultOption,
  listOption,
  switchOption,
  textOption,
  type CommandGroup,
} from '../../../../shared/lib/command.ts';
import { fakeTerminal } from '../../../fakes/terminal.ts';

/** What a sample command is given. */
interface Said {
  args?: unknown;
  flags?: unknown;
  err: string;
}

const command = commandsWith<Said>();

/** All that a new command needs: this value, and its place in a list. */
const sample = command({
  name: 'sample',
  description: 'shows what a command gets',
  arguments: ['<name>', '[folder]'],
  options: {
    text: textOption('--text <word>', 'a word'),
    usual: defaultOption('--usual <word>', 'a word that is always there', 'usual'),
    many: listOption('--many <word...>', 'several words'),
    loud: switchOption('-l, --loud', 'a switch'),
    calls: switchOption('--no-calls', 'a switch that is on unless it is given'),
    form: choiceOption('--form <form>', 'one of two', ['json', 'yaml']),
    size: defaultChoice('--long-size <size>', 'one of two', ['big', 'small'], 'big'),
  },
  run: (said, [name, folder], flags) => {
    // The types are those of the arguments and options: this compiles only if they are.
    const words: readonly string[] = flags.many ?? [];
    const size: 'big' | 'small' = flags.size;
    const place: string | undefined = folder;
    Object.assign(said, { args: [name.toUpperCase(), place, words.length, size.length], flags });
    return Promise.resolve(undefined);
  },
});

const group: CommandGroup<Said> = {
  name: 'group',
  description: 'commands under one word',
  commands: [
    command({
      name: 'join',
      description: 'takes many arguments',
      arguments: ['<first>', '<rest...>'],
      options: {},
      run: (said, args) => {
        said.args = args;
        return Promise.resolve(7);
      },
    }),
  ],
};

async function run(...args: readonly string[]): Promise<Said & { readonly status: number }> {
  const said: Said = { err: '' };
  const terminal = fakeTerminal(
    () => undefined,
    (text) => (said.err += text),
  );
  const program = { name: 'tool', description: '', version: '1', commands: [sample, group], context: said };
  return { status: await runCli(program, args, terminal), ...said };
}

const absent = { text: undefined, many: undefined, loud: undefined, form: undefined };

describe('a command as a value', () => {
  it.each([
    ['nothing but its argument', ['a'], { ...absent, usual: 'usual', calls: true, size: 'big' }],
    ['text', ['a', '--text', 'x', '--usual=y'], { ...absent, text: 'x', usual: 'y', calls: true, size: 'big' }],
    [
      'several words',
      ['a', '--many', 'x', 'y'],
      { ...absent, many: ['x', 'y'], usual: 'usual', calls: true, size: 'big' },
    ],
    ['switches', ['a', '-l', '--no-calls'], { ...absent, loud: true, usual: 'usual', calls: false, size: 'big' }],
    [
      'choices',
      ['a', '--form', 'json', '--long-size', 'small'],
      { ...absent, form: 'json', usual: 'usual', calls: true, size: 'small' },
    ],
  ])('gets its options: %s', async (_, args, flags) => {
    expect(await run('sample', ...args)).toMatchObject({ status: 0, err: '', flags });
  });

  it('gets its arguments by place, and undefined for one that is left out', async () => {
    expect((await run('sample', 'a')).args).toEqual(['A', undefined, 0, 3]);
    expect((await run('sample', 'a', 'b')).args).toEqual(['A', 'b', 0, 3]);
  });

  it('may stand below the word of a group, take many arguments, and give an exit status', async () => {
    expect(await run('group', 'join', 'a', 'b', 'c')).toMatchObject({ status: 7, args: ['a', ['b', 'c']] });
  });

  it.each([
    ['an argument that is missing', ['sample'], /missing required argument 'name'/],
    ['one argument too many', ['sample', 'a', 'b', 'c'], /too many arguments/],
    ['a value that is not a choice', ['sample', 'a', '--form', 'xml'], /Allowed choices are json, yaml/],
    ['an option of another command', ['group', 'join', 'a', 'b', '--text', 'x'], /unknown option '--text'/],
  ])('is not run for %s', async (_, args, message) => {
    const { status, err, args: given } = await run(...args);
    expect([status, given]).toEqual([2, undefined]);
    expect(err).toMatch(message);
  });
});
