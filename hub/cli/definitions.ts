import { defaultChoice, type CommandGroup } from '../../shared/lib/command.ts';
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

/** `sluice-hub definitions`: what applications can be written with. */
export const definitionsCommands: CommandGroup<CliContext> = {
  name: 'definitions',
  description: 'what applications can be written with',
  commands: [listCommand],
};

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
