import { readFile } from 'node:fs/promises';
import { asSluiceError } from '../../shared/errors.ts';
import { defaultChoice, switchOption, textOption, type CommandGroup } from '../../shared/lib/command.ts';
import { command, type CliContext } from './context.ts';

const output = defaultChoice('-o, --output <form>', 'form', ['text', 'json'], 'text');

/** `sluice-hub explain`: what a built-in type is for, its parameters, and an example. */
export const explainCommand = command({
  name: 'explain',
  description: 'print the parameters of a built-in component type or trait, and an example',
  arguments: ['<type>'],
  options: { output },
  run: async ({ terminal }, [type], flags) => {
    const [{ explainType }, { explainText }] = await Promise.all([
      import('../operations/explain.ts'),
      import('../status/library.ts'),
    ]);
    const found = explainType(type);
    terminal.out(flags.output === 'json' ? jsonText(found) : found.map(explainText).join('\n'));
  },
});

const listCommand = command({
  name: 'list',
  description: 'list the built-in component types and traits',
  arguments: [],
  options: { output },
  run: async ({ terminal }, _, flags) => {
    const [{ explainLibrary }, { listText }] = await Promise.all([
      import('../operations/explain.ts'),
      import('../status/library.ts'),
    ]);
    const pages = explainLibrary();
    terminal.out(flags.output === 'json' ? jsonText(pages) : listText(pages));
  },
});

const vetCommand = command({
  name: 'vet',
  description: 'say what is wrong with the definitions of a file before they are pushed',
  arguments: ['<file>'],
  options: {
    parameter: textOption('--parameter <file>', 'properties to render them with (default: their own example)'),
    json: switchOption('--json', 'an array of problems: code, message, severity, path, line, column, hint'),
  },
  run: async (context, [file], { parameter, json }) => {
    const { terminal, signal } = context;
    const [{ vetDefinitions }, { problemsExit, exitOf, withPreviewPorts }] = await Promise.all([
      import('../operations/vet.ts'),
      import('./preview.ts'),
    ]);
    const [vetted, given] = [
      await textOf(terminal, file),
      parameter === undefined ? null : await textOf(terminal, parameter),
    ];
    const { problems, definitions } = await withPreviewPorts(context, ({ cue }) =>
      vetDefinitions(vetted, given, { cue, signal }),
    );
    if (json === true) {
      terminal.out(jsonText(problems.map(({ place, ...problem }) => ({ ...problem, ...place }))));
      return exitOf(problems);
    }
    for (const { definition, example } of definitions) {
      terminal.err(
        `${definition}: ${example === null ? 'not rendered' : `rendered, its properties ${example === 'made up' ? 'made up' : `from ${example}`}`}\n`,
      );
    }
    const exit = problemsExit(problems, terminal.out);
    if (problems.length === 0) terminal.err('no problems\n');
    return exit;
  },
});

async function textOf(
  { path }: CliContext['terminal'],
  file: string,
): Promise<{ readonly path: string; readonly text: string }> {
  try {
    return { path: file, text: await readFile(path(file), 'utf8') };
  } catch (error) {
    throw asSluiceError(error, 'FILE_UNREADABLE', { path: file });
  }
}

/** `sluice-hub definitions`: what applications can be written with. */
export const definitionsCommands: CommandGroup<CliContext> = {
  name: 'definitions',
  description: 'what applications can be written with',
  commands: [listCommand, vetCommand],
};

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
