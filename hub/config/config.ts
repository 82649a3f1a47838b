import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { parseYaml } from '../../shared/lib/yaml.ts';
import { clusterName } from '../../shared/wire/schema.ts';
import { freshTimeMs, isFreshTime } from './duration.ts';
import type { RemoteConfig } from '../store/remotes.ts';

const path = z.string().min(1);

/** How much is logged, most first. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const seconds = z.number().min(1).max(3_600);

const remote = z.strictObject({
  url: z.string().min(1).optional(),
  /** A file with a token, or with `user:password`. */
  tokenFile: path.optional(),
  caFile: path.optional(),
});

/** The hub's configuration file (YAML or JSON); relative paths mean the file's folder. Command line flags win over it. */
export const hubFile = z.strictObject({
  source: z
    .strictObject({
      /** A Git URL, or a folder. */
      url: z.string().min(1).optional(),
      dir: path.optional(),
      branch: z.string().min(1).optional(),
      tokenFile: path.optional(),
      caFile: path.optional(),
      /** Globs of files that are read, and of those that are not. */
      paths: z.array(z.string()).optional(),
      exclude: z.array(z.string()).optional(),
      /** A cron expression: when to look without being told. */
      poll: z.string().optional(),
    })
    .optional(),
  localCluster: clusterName.optional(),
  data: path.optional(),
  listen: z
    .strictObject({
      host: z.string().min(1).optional(),
      port: z.number().int().min(0).max(65535).optional(),
      certFile: path.optional(),
      keyFile: path.optional(),
      /** The address that agents are told: set it when it is not the one that the hub listens on. */
      publicUrl: z.url().optional(),
    })
    .optional(),
  webhookSecretFile: path.optional(),
  /** Git repositories that the channel and the ledger are kept in; without them the data folder alone has them. */
  channel: remote.optional(),
  ledger: remote.optional(),
  /** The hub's key, for a hub that starts from the ledger's Git repository on an empty disk. */
  keyFile: path.optional(),
  /** How often agents report when nothing changes; three of them missed make a cluster stale. */
  heartbeatSeconds: z.number().int().min(1).optional(),
  /** How long agents may begin new generations without a new word of the hub: `72h`, `7d`. An hour is 60 of their polls. */
  freshFor: z.string().refine(isFreshTime, 'write 12h, 30d or 8w: an hour at least, a year at most').optional(),
  /** How long rendering may take: one template, and all templates of an application. */
  render: z.strictObject({ templateSeconds: seconds.optional(), applicationSeconds: seconds.optional() }).optional(),
  log: z
    .strictObject({
      level: z.enum(logLevels).optional(),
      format: z.enum(['json', 'text']).optional(),
    })
    .optional(),
});
export type HubFile = z.infer<typeof hubFile>;

/** The configuration of a hub, complete and with absolute paths. */
export interface HubConfig {
  readonly source: {
    /** A Git URL or an absolute folder. */
    readonly location: string;
    readonly branch: string | null;
    readonly tokenFile: string | null;
    readonly caFile: string | null;
    readonly paths: readonly string[];
    readonly exclude: readonly string[];
    readonly poll: string;
  };
  readonly localCluster: string | null;
  readonly data: string;
  readonly listen: {
    readonly host: string;
    readonly port: number;
    readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
    readonly publicUrl: string | null;
  };
  readonly webhookSecretFile: string | null;
  readonly channel: RemoteConfig | null;
  readonly ledger: RemoteConfig | null;
  readonly keyFile: string | null;
  readonly heartbeatMs: number;
  readonly freshMs: number;
  readonly render: { readonly sourceMs: number; readonly applicationMs: number };
  readonly log: { readonly level: (typeof logLevels)[number]; readonly format: 'json' | 'text' };
}

/** What is used where neither file nor flags say otherwise. */
export const defaultPoll = '* * * * *';
export const defaultData = 'sluice-data';
export const defaultFreshFor = '72h';

/** Reads a configuration file; throws CONFIG_INVALID with the place of the first member that is wrong. */
export async function readHubFile(file: string): Promise<HubFile> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw asSluiceError(error, 'CONFIG_INVALID', { path: file });
  });
  const [document, ...more] = parseYaml(bytes, file);
  if (document === undefined || more.length > 0) {
    throw new SluiceError('CONFIG_INVALID', 'the configuration is one YAML document', { path: file });
  }
  const parsed = hubFile.safeParse(document.value ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const spot = document.locate(issue?.path ?? []);
    const what = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`.replace(/^: /, '');
    throw new SluiceError('CONFIG_INVALID', what, { path: file, line: spot.line, column: spot.column });
  }
  return absolutePaths(parsed.data, dirname(resolve(file)));
}

/** The complete configuration; throws CONFIG_INVALID for what does not fit together. */
export function hubConfig(file: HubFile, isText: boolean): HubConfig {
  return {
    source: sourceOf(file.source ?? {}),
    localCluster: file.localCluster ?? null,
    data: file.data ?? resolve(defaultData),
    listen: listenOf(file.listen ?? {}),
    webhookSecretFile: or(file.webhookSecretFile, null),
    ...remotesOf(file),
    keyFile: or(file.keyFile, null),
    heartbeatMs: (file.heartbeatSeconds ?? 300) * 1000,
    freshMs: freshTimeMs(file.freshFor ?? defaultFreshFor),
    render: renderLimitsOf(file.render ?? {}),
    log: { level: or(file.log?.level, 'info'), format: or(file.log?.format, isText ? 'text' : 'json') },
  };
}

function sourceOf({ url, dir, ...source }: NonNullable<HubFile['source']>): HubConfig['source'] {
  const location = url ?? dir;
  if (location === undefined || (url !== undefined && dir !== undefined)) {
    throw new SluiceError('CONFIG_INVALID', 'a hub reads one config repository', {
      hint: 'give a folder or a Git URL: `sluice-hub serve DIR`, or source.dir or source.url in the configuration',
    });
  }
  if (isUrl(location)) assertNoCredentials(location);
  return {
    location,
    branch: or(source.branch, null),
    tokenFile: or(source.tokenFile, null),
    caFile: or(source.caFile, null),
    paths: or(source.paths, []),
    exclude: or(source.exclude, []),
    poll: or(source.poll, defaultPoll),
  };
}

function renderLimitsOf({ templateSeconds = 5, applicationSeconds = 60 }: NonNullable<HubFile['render']>) {
  return { sourceMs: templateSeconds * 1000, applicationMs: applicationSeconds * 1000 };
}

function remotesOf(file: HubFile): Pick<HubConfig, 'channel' | 'ledger'> {
  const [channel, ledger] = [remoteOf('channel', file.channel), remoteOf('ledger', file.ledger)];
  if (channel !== null && channel.url === ledger?.url) {
    throw new SluiceError('CONFIG_INVALID', 'the channel and the ledger are two repositories, never one', {
      subject: channel.url,
      hint: 'agents may read the channel; nobody but the hub may read or write the ledger',
    });
  }
  return { channel, ledger };
}

function remoteOf(name: 'channel' | 'ledger', file: HubFile['channel']): RemoteConfig | null {
  if (file === undefined) return null;
  const { url } = file;
  if (url === undefined || !/^https?:\/\//.test(url)) {
    throw new SluiceError('CONFIG_INVALID', `the ${name}'s Git repository needs an https:// URL`, {
      hint: `set ${name}.url, or --${name}-url`,
      ...(url === undefined ? {} : { subject: url }),
    });
  }
  assertNoCredentials(url);
  return { url: url.replace(/\/+$/, ''), tokenFile: or(file.tokenFile, null), caFile: or(file.caFile, null) };
}

function listenOf(listen: NonNullable<HubFile['listen']>): HubConfig['listen'] {
  const { host = '127.0.0.1', port = 0, publicUrl } = listen;
  return { host, port, tls: tlsOf(listen), publicUrl: publicUrl?.replace(/\/+$/, '') ?? null };
}

function or<T, F>(value: T | undefined, fallback: F): T | F {
  return value === undefined ? fallback : value;
}

/** A URL is repeated in logs, status and bundles. */
function assertNoCredentials(url: string): void {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.username === '' && parsed.password === '')) return;
  throw new SluiceError('CONFIG_INVALID', 'a URL must not carry credentials', {
    subject: `${parsed.protocol}//${parsed.host}`,
    hint: 'put the token into a file, and name it with tokenFile',
  });
}

/** True for what is a Git URL rather than a folder. */
export function isUrl(location: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location);
}

function tlsOf({ certFile, keyFile }: NonNullable<HubFile['listen']>): HubConfig['listen']['tls'] {
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  throw new SluiceError('CONFIG_INVALID', 'TLS needs both a certificate and its key', {
    hint: 'set listen.certFile and listen.keyFile',
  });
}

function absolutePaths(file: HubFile, folder: string): HubFile {
  const at = <K extends string>(from: Readonly<Partial<Record<K, string | undefined>>> | undefined, ...keys: K[]) =>
    Object.fromEntries(
      keys.flatMap((key) => {
        const value = from?.[key];
        return value === undefined ? [] : [[key, isAbsolute(value) ? value : resolve(folder, value)]];
      }),
    );
  return {
    ...file,
    ...at(file, 'data', 'webhookSecretFile', 'keyFile'),
    ...(file.channel === undefined ? {} : { channel: { ...file.channel, ...at(file.channel, 'tokenFile', 'caFile') } }),
    ...(file.ledger === undefined ? {} : { ledger: { ...file.ledger, ...at(file.ledger, 'tokenFile', 'caFile') } }),
    ...(file.source === undefined
      ? {}
      : { source: { ...file.source, ...at(file.source, 'dir', 'tokenFile', 'caFile') } }),
    ...(file.listen === undefined ? {} : { listen: { ...file.listen, ...at(file.listen, 'certFile', 'keyFile') } }),
  };
}
