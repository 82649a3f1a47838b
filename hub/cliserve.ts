import { choiceOption } from '../shared/adapters/cli.ts';
import { createLog, logLevels, type LogLevel } from '../shared/adapters/log.ts';
import { cronSchedule, isCronExpression } from '../shared/adapters/schedule.ts';
import { proxySettings } from '../shared/adapters/http/proxy.ts';
import { SluiceError } from '../shared/errors.ts';
import { dataFiles, ensureSecret } from './client/data.ts';
import type { CliContext } from './clicontext.ts';
import { defaultData, hubConfig, isUrl, readHubFile, type HubConfig, type HubFile } from './config.ts';
import { openStores, startHub } from './start.ts';

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
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly logLevel?: LogLevel;
  readonly logFormat?: 'json' | 'text';
}

/** Polls are spread over this time, so that many hubs do not ask one Git host at once. */
const pollJitterMs = 10_000;

/** `sluice-hub init` and `sluice-hub serve`. */
export function serveCommands(context: CliContext): void {
  const { program } = context.cli;
  program
    .command('init')
    .description('make the keys, ledger and channel of a hub (`serve` does so, too)')
    .option('--data <dir>', `data folder (default: ${defaultData})`)
    .action(async (flags: { readonly data?: string }) => {
      const data = context.terminal.path(flags.data ?? defaultData);
      await ensureSecret(data, dataFiles.adminToken);
      const { keys, close } = await openStores(data, context.clock);
      close();
      context.terminal.out(
        `channel ${keys.channel}\nkeys are in ${data}/keys; move root.key to a safe place: it is needed only to rotate keys or to recover\n`,
      );
    });
  program
    .command('serve [source]')
    .description('run the hub for a config repository: a folder, a Git work tree, or a Git URL')
    .option('--config <file>', 'configuration file (YAML or JSON); flags win over it')
    .option('--data <dir>', `data folder (default: ${defaultData})`)
    .option('--branch <name>', "branch to follow (default: the repository's)")
    .option('--poll <cron>', 'when to look without being told (default: every minute)')
    .option('--token-file <file>', 'token for the Git host')
    .option('--ca-file <file>', 'PEM certificates of a private authority')
    .option('--local <cluster>', 'the cluster that placements without a selector mean')
    .option('--listen <host:port>', 'where to listen (default: 127.0.0.1 and a free port)')
    .option('--public-url <url>', 'the address that agents are told')
    .option('--webhook-secret-file <file>', 'secret of the webhook (default: made in the data folder)')
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .addOption(choiceOption('--log-level <level>', 'how much to log', [...logLevels]))
    .addOption(choiceOption('--log-format <form>', 'json or text (default: text on a terminal)', ['json', 'text']))
    .action(async (source: string | undefined, flags: ServeFlags) => serve(context, source, flags));
}

async function serve(context: CliContext, source: string | undefined, flags: ServeFlags): Promise<void> {
  const { terminal, clock, random, version, signal } = context;
  const config = await configOf(context, source, flags);
  const log = createLog({ ...config.log, write: terminal.err });
  const proxy = proxySettings(terminal.env);
  const hub = await startHub(config, {
    clock,
    random,
    log,
    version,
    schedule: cronSchedule(pollJitterMs),
    createHttp: (options) => context.createHttp({ proxy, userAgent: `sluice-hub/${version}`, ...options }),
  });
  terminal.out(welcome(config, hub.url));
  await untilAborted(signal);
  log.info('stopping');
  await hub.close();
}

async function configOf({ terminal }: CliContext, source: string | undefined, flags: ServeFlags): Promise<HubConfig> {
  const file = flags.config === undefined ? {} : await readHubFile(terminal.path(flags.config));
  const merged = mergedFile(file, source, flags, terminal.path);
  const config = hubConfig({ ...merged, data: merged.data ?? terminal.path(defaultData) }, terminal.interactive);
  if (isCronExpression(config.source.poll)) return config;
  throw new SluiceError('CONFIG_INVALID', 'not a cron expression', { subject: config.source.poll });
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
    ...given('localCluster', flags.local),
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

function welcome({ source, data }: HubConfig, url: string): string {
  const where = ` --data ${data}`;
  return [
    `hub listens on ${url}`,
    `config repository: ${source.location}`,
    `data folder: ${data}`,
    'next:',
    `  sluice-hub cluster join NAME${where}`,
    `  sluice-hub status${where}`,
    '',
  ].join('\n');
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
