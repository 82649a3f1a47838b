import type { CliContext } from './context.ts';
import { defaultData } from '../config/config.ts';

interface KeysFlags {
  readonly data?: string;
  readonly rootKey?: string;
}

/** `sluice-hub keys rotate` and `sluice-hub keys retire`. */
export function keysCommands(context: CliContext): void {
  const { cli, terminal } = context;
  const keys = cli.program.command('keys').description("change the hub's key, with the root key");
  const command = (name: 'rotate' | 'retire', description: string) =>
    keys
      .command(name)
      .description(description)
      .option('--data <dir>', `data folder of the hub (default: ${defaultData})`)
      .option('--root-key <file>', 'the root key (default: keys/root.key in the data folder)')
      .action(async (flags: KeysFlags) => {
        const rotation = await import('../operations/rotate-keys.ts');
        const data = terminal.path(flags.data ?? defaultData);
        const rootKey = flags.rootKey === undefined ? null : terminal.path(flags.rootKey);
        await rotation[name](context, data, rootKey);
      });
  command('rotate', 'make a new hub key, which signs once the hub is started again; the old one is still believed');
  command('retire', 'believe the hub key at work alone, once it has signed everything');
}
