import { pathToFileURL } from 'node:url';
import { defaultOption, listOption } from '../../shared/lib/command.ts';
import { freshTimeMs } from '../config/duration.ts';
import { command, dataFolder, dataOption } from './context.ts';

/** `sluice-hub export`: the channel as a folder, for sites that no network reaches. */
export const exportCommand = command({
  name: 'export',
  description: 'write the channel as a Git repository in a folder, for agents that read file:///dir',
  arguments: ['<dir>'],
  options: {
    data: dataOption('data folder of the hub, running or not'),
    cluster: listOption('--cluster <name...>', 'these clusters alone (default: all)'),
    freshFor: defaultOption(
      '--fresh-for <time>',
      'how long agents may begin new generations from it: 12h, 30d, 8w',
      '30d',
    ),
  },
  run: async (context, [dir], flags) => {
    const { terminal, clock } = context;
    const freshMs = freshTimeMs(flags.freshFor);
    const [{ exportChannel }, { readData }, { writeWholeRepository }] = await Promise.all([
      import('../operations/export.ts'),
      import('../store/read-data.ts'),
      import('../store/packs/whole.ts'),
    ]);
    const folder = terminal.path(dir);
    const { clusters, freshUntil } = await exportChannel(
      { data: dataFolder(context, flags.data), dir: folder, clusters: flags.cluster ?? null, freshMs },
      { clock, readData, write: writeWholeRepository },
    );
    const count = `${clusters.length} cluster${clusters.length === 1 ? '' : 's'}`;
    terminal.out(
      `${count} exported to ${folder}, fresh until ${new Date(freshUntil).toISOString()}\n` +
        `agents read it as ${pathToFileURL(folder).href}, or wherever it is copied to\n`,
    );
  },
});
