import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { choiceOption } from '../../shared/adapters/cli.ts';
import { asSluiceError, codes } from '../../shared/errors.ts';
import type { CliContext } from './context.ts';
import type { Problem } from '../model/source.ts';
import { problemLine } from '../status/problem.ts';

interface RenderFlags {
  readonly cluster?: string;
  readonly app?: string;
  readonly local?: string;
  readonly output: 'yaml' | 'json';
  readonly out?: string;
}

/** `sluice-hub render` and `sluice-hub validate`: what a folder would deliver, and what is wrong with it; no server needed. */
export function previewCommands(context: CliContext): void {
  const { program } = context.cli;
  program
    .command('render [dir]')
    .description('print the objects that each cluster would get')
    .option('--cluster <name>', 'only this cluster')
    .option('--app <name>', 'only this application')
    .option('--local <cluster>', 'the cluster that placements without a selector mean (default: local)')
    .addOption(choiceOption('-o, --output <form>', 'form', ['yaml', 'json']).default('yaml'))
    .option('--out <folder>', 'write the objects there as files, as the channel has them')
    .action(async (dir: string | undefined, flags: RenderFlags) => {
      const { cluster, app, local } = flags;
      const { look, previewFiles, previewJson, previewYaml } = await loaded();
      const seen = await look(context, dir ?? '.', { cluster, app, local });
      if (flags.out !== undefined) await writeFiles(context.terminal.path(flags.out), previewFiles(seen));
      else context.terminal.out(flags.output === 'json' ? previewJson(seen) : previewYaml(seen));
      report(context, seen.problems, context.terminal.err);
    });
  program
    .command('validate [dir]')
    .description('print every problem of a folder or work tree, one a line')
    .option('--local <cluster>', 'the cluster that placements without a selector mean (default: local)')
    .action(async (dir: string | undefined, flags: { readonly local?: string }) => {
      const { look } = await loaded();
      const seen = await look(context, dir ?? '.', { local: flags.local });
      report(context, seen.problems, context.terminal.out);
      if (seen.problems.length === 0) context.terminal.err('no problems\n');
    });
}

// What renders takes long to load: no other command pays for it.
async function loaded() {
  return { ...(await import('../operations/preview.ts')), ...(await import('../operations/preview-folder.ts')) };
}

/** A line for each problem; the worst kind of them decides the exit status: bad documents before bad renders. */
function report({ cli }: CliContext, problems: readonly Problem[], print: (text: string) => void): void {
  for (const problem of problems) print(problemLine(problem) + '\n');
  const exits = problems.filter(({ severity }) => severity === 'error').map(({ code }) => codes[code].exit);
  if (exits.length > 0) cli.exit(Math.min(...exits));
}

async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    const target = join(folder, path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
    } catch (error) {
      throw asSluiceError(error, 'CONFIG_INVALID', { path: target });
    }
  }
}
