import { readFile } from 'node:fs/promises';
import { SluiceError } from '../../shared/errors.ts';
import { textOption, type FlagsOf } from '../../shared/lib/command.ts';
import type { HubClient } from '../api/client.ts';
import { readAccess, readSecret, type HubAccess } from '../config/data-folder.ts';
import { dataFolder, dataOption, type CliContext } from './context.ts';

/** The options that say which hub a command talks to. */
export const hubOptions = {
  data: dataOption('data folder of a hub on this machine'),
  hub: textOption('--hub <url>', 'address of the hub, with --token-file'),
  tokenFile: textOption('--token-file <file>', "file with the hub's admin token"),
  caFile: textOption('--ca-file <file>', 'PEM certificates of a private authority'),
};

type HubFlags = FlagsOf<typeof hubOptions>;

/** Runs something with a client of the hub that the flags name, and closes its connections. */
export async function withClient<T>(
  context: CliContext,
  flags: HubFlags,
  run: (client: HubClient) => Promise<T>,
): Promise<T> {
  const { terminal } = context;
  // The client has the schemas of all answers: commands that ask no hub do not load them.
  const { hubClient } = await import('../api/client.ts');
  const ca = flags.caFile === undefined ? [] : [await readFile(terminal.path(flags.caFile), 'utf8')];
  const access = await findAccess(context, flags);
  const { certificate } = access;
  // The certificate names the address that agents use; a command on the same machine recognizes the certificate itself.
  const trust = certificate === null ? { ca } : { certificate };
  const http = context.createHttp({ ...trust, userAgent: `sluice-hub/${context.version}` });
  try {
    return await run(hubClient(http, access, context.signal));
  } finally {
    http.close();
  }
}

async function findAccess(context: CliContext, flags: HubFlags): Promise<HubAccess> {
  if (flags.hub === undefined) return readAccess(dataFolder(context, flags.data));
  if (flags.tokenFile === undefined) {
    throw new SluiceError('USAGE', '--hub needs --token-file', {
      hint: 'name the file with the admin token of that hub',
    });
  }
  return { url: flags.hub, token: await readSecret(context.terminal.path(flags.tokenFile)), certificate: null };
}
