import { readFile } from 'node:fs/promises';
import { SluiceError } from '../../shared/errors.ts';
import { textOption, type FlagsOf } from '../../shared/lib/command.ts';
import type { HubClient } from '../api/client.ts';
import { readAccess, readSecret, type HubAccess } from '../config/data-folder.ts';
import { withWhere } from '../status/where.ts';
import { dataFolder, dataOption, givenBy, type CliContext } from './context.ts';

/** The options that say which hub a command talks to. */
export const hubOptions = {
  data: dataOption('data folder of a hub on this machine'),
  hub: textOption('--hub <url>', 'address of the hub, with --token-file (default: $SLUICE_HUB)'),
  tokenFile: textOption('--token-file <file>', 'file with a token of that hub (default: $SLUICE_TOKEN_FILE)'),
  caFile: textOption('--ca-file <file>', 'PEM certificates of a private authority'),
};

export type HubFlags = FlagsOf<typeof hubOptions>;

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
  } catch (error) {
    throw withAdvice(error, whereOf(flags));
  } finally {
    http.close();
  }
}

/** The option of commands that decide about a cluster: which one was meant. */
export const seenOption = {
  registration: textOption(
    '--registration <id>',
    'only while the cluster has this registration (see `cluster list -o json`)',
  ),
};

/**
 * The registration that a command acts on: the one that was given, else the one that the cluster has now. It goes along with what
 * the command asks for, so that another cluster that gets the name meanwhile is left alone. Empty for a name that is free.
 */
export async function seenBy(
  client: HubClient,
  name: string,
  given: string | undefined,
): Promise<{ readonly registration?: string }> {
  if (given !== undefined) return { registration: given };
  const { clusters } = await client.list({ name });
  const found = clusters.find((cluster) => cluster.name === name);
  return found === undefined ? {} : { registration: found.registration };
}

/** What a printed command needs to reach the hub that these flags name. */
export function whereOf({ data, hub, tokenFile }: HubFlags): string {
  if (hub !== undefined) return `--hub ${hub}${tokenFile === undefined ? '' : ` --token-file ${tokenFile}`}`;
  return data === undefined ? '' : `--data ${data}`;
}

function withAdvice(error: unknown, where: string): unknown {
  if (!(error instanceof SluiceError) || error.data.hint === undefined) return error;
  const hint = withWhere(error.data.hint, where);
  return new SluiceError(error.code, error.message, { ...error.data, hint }, error);
}

async function findAccess(context: CliContext, flags: HubFlags): Promise<HubAccess> {
  const { terminal } = context;
  // A data folder that was named wins over an address that the environment has.
  const url = flags.hub ?? (flags.data === undefined ? givenBy(terminal, 'SLUICE_HUB') : undefined);
  if (url === undefined) return readAccess(dataFolder(context, flags.data));
  const tokenFile = flags.tokenFile ?? givenBy(terminal, 'SLUICE_TOKEN_FILE');
  if (tokenFile === undefined) {
    throw new SluiceError('USAGE', '--hub needs --token-file', {
      hint: 'name the file with your token of that hub, or its admin token',
    });
  }
  return { url, token: await readSecret(terminal.path(tokenFile)), certificate: null };
}
