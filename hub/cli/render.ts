import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asSluiceError } from '../../shared/errors.ts';
import { defaultChoice, textOption } from '../../shared/lib/command.ts';
import { command } from './context.ts';
import { askOptions, localOption, preview, problemsExit, readHub, readSelection, selectionOptions } from './preview.ts';

/** `sluice-hub render`: what a folder would deliver, without a hub. */
export const renderCommand = command({
  name: 'render',
  description: 'print the objects that each cluster would get',
  arguments: ['[dir]'],
  options: {
    cluster: textOption('--cluster <name>', 'only this cluster'),
    app: textOption('--app <name>', 'only this application'),
    local: localOption,
    ...selectionOptions,
    ...askOptions,
    output: defaultChoice('-o, --output <form>', 'form', ['yaml', 'json'], 'yaml'),
    out: textOption('--out <folder>', 'write the objects there as files, as the channel has them'),
  },
  run: async (context, [dir], { cluster, app, output, out, ...flags }) => {
    const { terminal } = context;
    const [selected, hub, { previewFiles, previewJson, previewYaml }] = await Promise.all([
      readSelection(context, flags),
      readHub(context, flags),
      import('./preview-output.ts'),
    ]);
    const previewed = await preview(context, dir, { cluster, app, ...selected, hub });
    if (out !== undefined) await writeFiles(terminal.path(out), previewFiles(previewed));
    else terminal.out(output === 'json' ? previewJson(previewed) : previewYaml(previewed));
    return problemsExit(previewed.problems, terminal.err);
  },
});

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
