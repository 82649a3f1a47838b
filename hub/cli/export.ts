import type { CliContext } from './context.ts';
import { defaultData } from '../config/config.ts';
import { freshTimeMs } from '../config/duration.ts';

interface ExportFlags {
  readonly data?: string;
  readonly cluster?: readonly string[];
  readonly freshFor: string;
}

/** `sluice-hub export`: the channel as a folder, for sites that no network reaches. */
export function exportCommand(context: CliContext): void {
  const { program } = context.cli;
  program
    .command('export <dir>')
    .description('write the channel as a Git repository in a folder, for agents that read file:///dir')
    .option('--data <dir>', `data folder of the hub, running or not (default: ${defaultData})`)
    .option('--cluster <name...>', 'these clusters alone (default: all)')
    .option('--fresh-for <time>', 'how long agents may begin new generations from it: 12h, 30d, 8w', '30d')
    .action(async (dir: string, flags: ExportFlags) => {
      const { terminal } = context;
      const freshMs = freshTimeMs(flags.freshFor);
      const { exportTo } = await import('../operations/export.ts');
      const options = { clusters: flags.cluster ?? null, freshMs };
      await exportTo(context, terminal.path(flags.data ?? defaultData), { ...options, dir: terminal.path(dir) });
    });
}
