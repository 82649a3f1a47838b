import { join } from 'node:path';
import { switchOption, textOption, type CommandGroup } from '../../shared/lib/command.ts';
import { dataFolders } from '../config/data-folder.ts';
import type { VolumeResult } from '../operations/verify-ledger.ts';
import { command, dataFolder, dataOption, type CliContext } from './context.ts';

const verifyCommand = command({
  name: 'verify',
  description: 'check every signature, number and object of the ledger',
  arguments: [],
  options: {
    data: dataOption('data folder of the hub, running or not'),
    all: switchOption('--all', 'old volumes, too, as far as they are here'),
    archive: textOption('--archive <dir>', 'folder with old volumes (default: ledger-archive in the data folder)'),
    json: switchOption('--json', 'print JSON'),
  },
  run: async (context, _, flags) => {
    const { terminal } = context;
    const [{ verifyLedger }, { readData }, { openVolume }] = await Promise.all([
      import('../operations/verify-ledger.ts'),
      import('../store/read-data.ts'),
      import('../store/open-volume.ts'),
    ]);
    const data = dataFolder(context, flags.data);
    const archive = flags.archive === undefined ? join(data, dataFolders.archive) : terminal.path(flags.archive);
    const volumes = await verifyLedger(data, { all: flags.all ?? false, archive }, { readData, openVolume });
    terminal.out(
      flags.json === true ? `${JSON.stringify({ volumes: volumes.map(told) }, null, 2)}\n` : volumes.map(line).join(''),
    );
    const broken = volumes.find((result) => result.state === 'broken');
    if (broken !== undefined) throw broken.error;
  },
});

/** `sluice-hub ledger ...`: the hub's database. */
export const ledgerCommands: CommandGroup<CliContext> = {
  name: 'ledger',
  description: "check the hub's database",
  commands: [verifyCommand],
};

function line(result: VolumeResult): string {
  const name = `volume ${result.volume}`;
  if (result.state === 'absent') return `${name}: not here\n`;
  if (result.state === 'broken') return `${name}: ${result.error.message}\n`;
  const { commits, first, last, objects, isClosed } = result;
  return `${name}: whole; commits ${first} to ${last} (${commits}), ${objects} objects${isClosed ? ', closed' : ''}\n`;
}

function told(result: VolumeResult): object {
  if (result.state !== 'broken') return result;
  const { code, message } = result.error;
  return { ...result, error: { code, message } };
}
