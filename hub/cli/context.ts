import type { Cli, CliCommand, Terminal } from '../../shared/adapters/cli.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import { hubClient, type HubClient } from '../api/client.ts';
import { readAccess, readSecret, type HubAccess } from '../config/data-folder.ts';
import { defaultData } from '../config/config.ts';
import { SluiceError } from '../../shared/errors.ts';
import type { HttpClient, HttpOptions } from '../../shared/adapters/http.ts';
import { readFile } from 'node:fs/promises';

/** What the commands of `sluice-hub` work with. */
export interface CliContext {
  readonly cli: Cli;
  readonly terminal: Terminal;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  readonly createHttp: (options: HttpOptions) => HttpClient;
}

/** The flags that say which hub a command talks to. */
export interface HubFlags {
  readonly data?: string;
  readonly hub?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
}

/** Adds the flags that say which hub a command talks to. */
export function withHubFlags(command: CliCommand): CliCommand {
  return command
    .option('--data <dir>', `data folder of a hub on this machine (default: ${defaultData})`)
    .option('--hub <url>', 'address of the hub, with --token-file')
    .option('--token-file <file>', "file with the hub's admin token")
    .option('--ca-file <file>', 'PEM certificates of a private authority');
}

/** Runs something with a client of the hub that the flags name, and closes its connections. */
export async function withClient<T>(
  context: CliContext,
  flags: HubFlags,
  run: (client: HubClient) => Promise<T>,
): Promise<T> {
  const { terminal } = context;
  const ca = flags.caFile === undefined ? [] : [await readFile(terminal.path(flags.caFile), 'utf8')];
  const access = await accessOf(context, flags);
  const { certificate } = access;
  // The certificate is for the name by which agents know the hub: here it is known by the certificate itself.
  const trust = certificate === null ? { ca } : { certificate };
  const http = context.createHttp({ ...trust, userAgent: `sluice-hub/${context.version}` });
  try {
    return await run(hubClient(http, access, context.signal));
  } finally {
    http.close();
  }
}

async function accessOf({ terminal }: CliContext, flags: HubFlags): Promise<HubAccess> {
  if (flags.hub === undefined) return readAccess(terminal.path(flags.data ?? defaultData));
  if (flags.tokenFile === undefined) {
    throw new SluiceError('USAGE', '--hub needs --token-file', {
      hint: 'name the file with the admin token of that hub',
    });
  }
  return { url: flags.hub, token: await readSecret(terminal.path(flags.tokenFile)), certificate: null };
}
