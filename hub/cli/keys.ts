import { textOption, type CommandGroup } from '../../shared/lib/command.ts';
import { command, dataFolder, dataOption, type CliContext } from './context.ts';

const keyOptions = {
  data: dataOption('data folder of the hub'),
  rootKey: textOption('--root-key <file>', 'the root key (default: keys/root.key in the data folder)'),
};

const rotateCommand = command({
  name: 'rotate',
  description: 'make a new hub key, which signs once the hub is started again; the old one is still trusted',
  arguments: [],
  options: keyOptions,
  run: async (context, _, flags) => {
    const { terminal } = context;
    const { rotateKey } = await import('../operations/rotate-keys.ts');
    const { file, version } = rotateKey(dataFolder(context, flags.data), rootKeyFile(context, flags.rootKey));
    terminal.out(
      `a new hub key is in ${file}, named by root document ${version}\n` +
        'next: start the hub again; when `sluice-hub status` shows every cluster settled, run `sluice-hub keys retire`\n',
    );
  },
});

const retireCommand = command({
  name: 'retire',
  description: 'trust the hub key at work alone, once it has signed everything',
  arguments: [],
  options: keyOptions,
  run: async (context, _, flags) => {
    const { terminal } = context;
    const [{ retireKeys }, { readData }] = await Promise.all([
      import('../operations/rotate-keys.ts'),
      import('../store/read-data.ts'),
    ]);
    const data = dataFolder(context, flags.data);
    const { version } = await retireKeys(data, rootKeyFile(context, flags.rootKey), readData);
    terminal.out(
      `root document ${version} names the hub key at work alone\n` +
        'next: start the hub again, which publishes it; a key that was stolen is worth nothing from then on\n',
    );
  },
});

/** `sluice-hub keys ...`: changes of the hub's key, which only the holder of the root key can make. */
export const keysCommands: CommandGroup<CliContext> = {
  name: 'keys',
  description: "change the hub's key, with the root key",
  commands: [rotateCommand, retireCommand],
};

function rootKeyFile({ terminal }: CliContext, file: string | undefined): string | null {
  return file === undefined ? null : terminal.path(file);
}
