import { SluiceError } from '../../shared/errors.ts';
import { logFormats, logLevels } from '../../shared/lib/log-levels.ts';
import { defaultData, defaultFreshFor } from './defaults.ts';
import { isUrl } from './location.ts';
import { withMember, type ConfigPath } from './members.ts';
import type { HubFile } from './schema.ts';

/** A flag of `serve`, and the member of the configuration file that it wins over. */
export interface ConfigFlag {
  readonly flag: string;
  readonly to: ConfigPath;
  /** How its text is read: as it is, as a path from the caller's folder, as one of `choices`, as `HOST:PORT` or `PORT`. */
  readonly kind: 'text' | 'path' | 'choice' | 'address';
  readonly choices?: readonly string[];
  readonly help: string;
}

/** Every member of the configuration that has a flag, in the order of `serve --help`. */
export const configFlags = {
  data: { flag: '--data <dir>', to: 'data', kind: 'path', help: `data folder (default: ${defaultData})` },
  branch: {
    flag: '--branch <name>',
    to: 'source.branch',
    kind: 'text',
    help: "branch to follow (default: the repository's)",
  },
  poll: {
    flag: '--poll <cron>',
    to: 'source.poll',
    kind: 'text',
    help: 'when to read the repository without a trigger (default: every minute)',
  },
  tokenFile: {
    flag: '--token-file <file>',
    to: 'source.tokenFile',
    kind: 'path',
    help: 'token for the Git host, or user:password',
  },
  caFile: {
    flag: '--ca-file <file>',
    to: 'source.caFile',
    kind: 'path',
    help: 'PEM certificates of a private authority',
  },
  local: {
    flag: '--local <cluster>',
    to: 'localCluster',
    kind: 'text',
    help: 'the cluster that placements without a selector mean',
  },
  listen: {
    flag: '--listen <host:port>',
    to: 'listen',
    kind: 'address',
    help: 'where to listen (default: 127.0.0.1 and a free port, then the same)',
  },
  publicUrl: {
    flag: '--public-url <url>',
    to: 'listen.publicUrl',
    kind: 'text',
    help: 'the address that agents are told',
  },
  webhookSecretFile: {
    flag: '--webhook-secret-file <file>',
    to: 'webhookSecretFile',
    kind: 'path',
    help: 'secret of the webhook (default: made in the data folder)',
  },
  metricsTokenFile: {
    flag: '--metrics-token-file <file>',
    to: 'metricsTokenFile',
    kind: 'path',
    help: 'token that reads /metrics (default: made in the data folder)',
  },
  channelUrl: {
    flag: '--channel-url <url>',
    to: 'channel.url',
    kind: 'text',
    help: 'Git repository that the channel is pushed to',
  },
  channelTokenFile: {
    flag: '--channel-token-file <file>',
    to: 'channel.tokenFile',
    kind: 'path',
    help: 'token for it, or user:password',
  },
  channelCaFile: {
    flag: '--channel-ca-file <file>',
    to: 'channel.caFile',
    kind: 'path',
    help: 'PEM certificates of a private authority',
  },
  ledgerUrl: {
    flag: '--ledger-url <url>',
    to: 'ledger.url',
    kind: 'text',
    help: 'Git repository that the ledger is kept in',
  },
  ledgerTokenFile: {
    flag: '--ledger-token-file <file>',
    to: 'ledger.tokenFile',
    kind: 'path',
    help: 'token for it, or user:password',
  },
  ledgerCaFile: {
    flag: '--ledger-ca-file <file>',
    to: 'ledger.caFile',
    kind: 'path',
    help: 'PEM certificates of a private authority',
  },
  keyFile: {
    flag: '--key-file <file>',
    to: 'keyFile',
    kind: 'path',
    help: "the hub's key, to start on an empty disk from the ledger's repository",
  },
  freshFor: {
    flag: '--fresh-for <time>',
    to: 'freshFor',
    kind: 'text',
    help: `how long agents may go on without a new signature of the hub: 12h, 30d (default: ${defaultFreshFor})`,
  },
  tlsCert: { flag: '--tls-cert <file>', to: 'listen.certFile', kind: 'path', help: 'certificate, PEM' },
  tlsKey: { flag: '--tls-key <file>', to: 'listen.keyFile', kind: 'path', help: 'its key, PEM' },
  logLevel: {
    flag: '--log-level <level>',
    to: 'log.level',
    kind: 'choice',
    choices: logLevels,
    help: 'how much to log',
  },
  logFormat: {
    flag: '--log-format <form>',
    to: 'log.format',
    kind: 'choice',
    choices: logFormats,
    help: 'json or text (default: text on a terminal)',
  },
} as const satisfies Readonly<Record<string, ConfigFlag>>;

export type ConfigFlagName = keyof typeof configFlags;

/** The flags that were given, as text. */
export type GivenFlags = Readonly<Partial<Record<ConfigFlagName, string | undefined>>>;

/** The file with the flags over it; `path` gives the absolute path that the caller means. Throws USAGE for a wrong address. */
export function withFlags(file: HubFile, given: GivenFlags, path: (text: string) => string): HubFile {
  return Object.entries(configFlags).reduce((result, [name, { to, kind }]) => {
    const text = given[name as ConfigFlagName];
    return text === undefined ? result : withMember(result, to, readers[kind](text, path));
  }, file);
}

/** The file with another config repository, a URL or a folder; all that is said of how to read it stays. */
export function withSource(file: HubFile, location: string, path: (text: string) => string): HubFile {
  const named = isUrl(location) ? { url: location, dir: undefined } : { url: undefined, dir: path(location) };
  return { ...file, source: { ...file.source, ...named } };
}

const readers: Readonly<Record<ConfigFlag['kind'], (text: string, path: (text: string) => string) => unknown>> = {
  text: (text) => text,
  choice: (text) => text,
  path: (text, path) => path(text),
  address: listenAddress,
};

function listenAddress(text: string): { readonly host?: string; readonly port: number } {
  const match = /^(?:(?<host>\[[0-9a-fA-F:]+\]|[^:[\]]+):)?(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.['port'] ?? Number.NaN);
  if (match === null || port > 65_535) {
    throw new SluiceError('USAGE', 'not an address to listen on', { subject: text, hint: 'write HOST:PORT, or PORT' });
  }
  const host = match.groups?.['host']?.replace(/^\[|\]$/g, '');
  return { port, ...(host === undefined ? {} : { host }) };
}
