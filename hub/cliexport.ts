import { SluiceError } from '../shared/errors.ts';
import type { CliContext } from './clicontext.ts';
import { defaultData } from './config.ts';

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
      const freshMs = durationMs(flags.freshFor);
      const { exportTo } = await import('./exporting.ts');
      const options = { clusters: flags.cluster ?? null, freshMs };
      await exportTo(context, terminal.path(flags.data ?? defaultData), { ...options, dir: terminal.path(dir) });
    });
}

const hour = 3_600_000;
const units: Readonly<Record<string, number>> = { h: hour, d: 24 * hour, w: 7 * 24 * hour };
const longestMs = 366 * 24 * hour;

/** Milliseconds of `12h`, `30d` or `8w`; throws USAGE for anything else, for nothing and for more than a year. */
export function durationMs(text: string): number {
  const match = /^([1-9]\d{0,4})([hdw])$/.exec(text);
  const ms = Number(match?.[1] ?? Number.NaN) * (units[match?.[2] ?? ''] ?? Number.NaN);
  if (ms > 0 && ms <= longestMs) return ms;
  throw new SluiceError('USAGE', 'not a time that an export may stay fresh', {
    subject: text,
    hint: 'write 12h, 30d or 8w, a year at most',
  });
}
