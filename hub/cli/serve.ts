import { choiceOption } from '../../shared/adapters/cli.ts';
import { SluiceError } from '../../shared/errors.ts';
import type { CliContext } from './context.ts';
import {
  defaultData,
  hubConfig,
  logLevels,
  isUrl,
  readHubFile,
  type HubConfig,
  type HubFile,
} from '../config/config.ts';

interface ServeFlags {
  readonly config?: string;
  readonly data?: string;
  readonly branch?: string;
  readonly poll?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly local?: string;
  readonly listen?: string;
  readonly publicUrl?: string;
  readonly webhookSecretFile?: string;
  readonly channelUrl?: string;
  readonly channelTokenFile?: string;
  readonly channelCaFile?: string;
  readonly ledgerUrl?: string;
  readonly ledgerTokenFile?: string;
  readonly ledgerCaFile?: string;
  readonly keyFile?: string;
  readonly freshFor?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly logLevel?: HubConfig['log']['level'];
  readonly logFormat?: 'json' | 'text';
}

/** `sluice-hub init` and `sluice-hub serve`. */
export function serveCommands(context: CliContext): void {
  const { program } = context.cli;
  program
    .command('init')
    .description('make the keys, ledger and channel of a hub (`serve` does so, too)')
    .option('--data <dir>', `data folder (default: ${defaultData})`)
    .action(async (flags: { readonly data?: string }) => {
      const { init } = await import('../run/serve.ts');
      await init(context, context.terminal.path(flags.data ?? defaultData));
    });
  program
    .command('serve [source]')
    .description('run the hub for a config repository: a folder, a Git work tree, or a Git URL')
    .option('--config <file>', 'configuration file (YAML or JSON); flags win over it')
    .option('--data <dir>', `data folder (default: ${defaultData})`)
    .option('--branch <name>', "branch to follow (default: the repository's)")
    .option('--poll <cron>', 'when to look without being told (default: every minute)')
    .option('--token-file <file>', 'token for the Git host, or user:password')
    .option('--ca-file <file>', 'PEM certificates of a private authority')
    .option('--local <cluster>', 'the cluster that placements without a selector mean')
    .option('--listen <host:port>', 'where to listen (default: 127.0.0.1 and a free port)')
    .option('--public-url <url>', 'the address that agents are told')
    .option('--webhook-secret-file <file>', 'secret of the webhook (default: made in the data folder)')
    .option('--channel-url <url>', 'Git repository that the channel is pushed to')
    .option('--channel-token-file <file>', 'token for it, or user:password')
    .option('--channel-ca-file <file>', 'PEM certificates of a private authority')
    .option('--ledger-url <url>', 'Git repository that the ledger is kept in')
    .option('--ledger-token-file <file>', 'token for it, or user:password')
    .option('--ledger-ca-file <file>', 'PEM certificates of a private authority')
    .option('--key-file <file>', "the hub's key, to start on an empty disk from the ledger's repository")
    .option('--fresh-for <time>', 'how long agents may go on without a word of the hub: 12h, 30d (default: 72h)')
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .addOption(choiceOption('--log-level <level>', 'how much to log', logLevels))
    .addOption(choiceOption('--log-format <form>', 'json or text (default: text on a terminal)', ['json', 'text']))
    .action(async (source: string | undefined, flags: ServeFlags) => {
      const config = await configOf(context, source, flags);
      // What a hub is made of takes half a second to load: no other command pays for it.
      const { serve } = await import('../run/serve.ts');
      await serve(context, config);
    });
}

async function configOf({ terminal }: CliContext, source: string | undefined, flags: ServeFlags): Promise<HubConfig> {
  const file = flags.config === undefined ? {} : await readHubFile(terminal.path(flags.config));
  const merged = mergedFile(file, source, flags, terminal.path);
  return hubConfig({ ...merged, data: merged.data ?? terminal.path(defaultData) }, terminal.interactive);
}

function mergedFile(
  file: HubFile,
  source: string | undefined,
  flags: ServeFlags,
  path: (text: string) => string,
): HubFile {
  const given = <T>(key: string, value: T | undefined) => (value === undefined ? {} : { [key]: value });
  const filePath = (key: string, value: string | undefined) =>
    given(key, value === undefined ? undefined : path(value));
  const { url, dir, ...rest } = file.source ?? {};
  const location =
    source === undefined
      ? { ...given('url', url), ...given('dir', dir) }
      : isUrl(source)
        ? { url: source }
        : { dir: path(source) };
  return {
    ...file,
    ...filePath('data', flags.data),
    ...filePath('webhookSecretFile', flags.webhookSecretFile),
    ...filePath('keyFile', flags.keyFile),
    ...remoteGiven('channel', file.channel, [flags.channelUrl, flags.channelTokenFile, flags.channelCaFile], path),
    ...remoteGiven('ledger', file.ledger, [flags.ledgerUrl, flags.ledgerTokenFile, flags.ledgerCaFile], path),
    ...given('localCluster', flags.local),
    ...given('freshFor', flags.freshFor),
    source: {
      ...rest,
      ...location,
      ...given('branch', flags.branch),
      ...given('poll', flags.poll),
      ...filePath('tokenFile', flags.tokenFile),
      ...filePath('caFile', flags.caFile),
    },
    listen: {
      ...file.listen,
      ...listenOf(flags.listen),
      ...given('publicUrl', flags.publicUrl),
      ...filePath('certFile', flags.tlsCert),
      ...filePath('keyFile', flags.tlsKey),
    },
    log: { ...file.log, ...given('level', flags.logLevel), ...given('format', flags.logFormat) },
  };
}

/** What the file says of a Git host with the flags over it; nothing where neither says anything. */
function remoteGiven(
  name: 'channel' | 'ledger',
  file: HubFile['channel'],
  [url, tokenFile, caFile]: readonly [string | undefined, string | undefined, string | undefined],
  path: (text: string) => string,
): Pick<HubFile, 'channel' | 'ledger'> {
  const over = {
    ...(url === undefined ? {} : { url }),
    ...(tokenFile === undefined ? {} : { tokenFile: path(tokenFile) }),
    ...(caFile === undefined ? {} : { caFile: path(caFile) }),
  };
  return Object.keys(over).length === 0 ? {} : { [name]: { ...file, ...over } };
}

function listenOf(text: string | undefined): { readonly host?: string; readonly port?: number } {
  if (text === undefined) return {};
  const match = /^(?:(?<host>\[[0-9a-fA-F:]+\]|[^:[\]]+):)?(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.['port'] ?? Number.NaN);
  if (match === null || port > 65_535) {
    throw new SluiceError('USAGE', 'not an address to listen on', { subject: text, hint: 'write HOST:PORT, or PORT' });
  }
  const host = match.groups?.['host']?.replace(/^\[|\]$/g, '');
  return { port, ...(host === undefined ? {} : { host }) };
}
