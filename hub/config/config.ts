import { resolve } from 'node:path';
import { SluiceError } from '../../shared/errors.ts';
import type { LogFormat, LogLevel } from '../../shared/lib/log-levels.ts';
import {
  defaultData,
  defaultFreshFor,
  defaultHeartbeatSeconds,
  defaultListen,
  defaultPoll,
  defaultRenderSeconds,
  defaultVolumes,
} from './defaults.ts';
import { freshTimeMs } from './duration.ts';
import { assertNoCredentials, assertTransport, isUrl } from './location.ts';
import { remotesConfig, type RemotesConfig } from './remote.ts';
import type { HubFile, Section } from './schema.ts';

/** The configuration of a hub, complete and with absolute paths. */
export interface HubConfig extends RemotesConfig {
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
  readonly metricsTokenFile: string | null;
  readonly keyFile: string | null;
  /** A ledger may be begun with keys that were made elsewhere. */
  readonly beginLedger: boolean;
  readonly heartbeatMs: number;
  readonly freshMs: number;
  /** When a volume of the ledger ends. */
  readonly volumes: { readonly ms: number; readonly bytes: number };
  readonly render: { readonly sourceMs: number; readonly applicationMs: number };
  /** What steps of workflows may reach, and where their secrets are; null = they have none. */
  readonly effects: { readonly allow: readonly string[]; readonly secretsDir: string | null };
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
}

/** The complete configuration; throws CONFIG_INVALID for members that do not fit together. `isText`: logs go to a terminal. */
export function hubConfig(file: HubFile, isText: boolean): HubConfig {
  return {
    source: sourceConfig(file.source ?? {}),
    localCluster: file.localCluster ?? null,
    data: file.data ?? resolve(defaultData),
    listen: listenConfig(file.listen ?? {}),
    ...secretFiles(file),
    ...remotesConfig(file),
    beginLedger: file.beginLedger ?? false,
    heartbeatMs: (file.heartbeatSeconds ?? defaultHeartbeatSeconds) * 1000,
    freshMs: freshTimeMs(file.freshFor ?? defaultFreshFor),
    volumes: volumesConfig(file.volumes ?? {}),
    render: renderConfig(file.render ?? {}),
    effects: effectsConfig(file.effects ?? {}),
    log: logConfig(file.log ?? {}, isText),
  };
}

function effectsConfig({ allow = [], secretsDir }: Section<'effects'>): HubConfig['effects'] {
  return { allow, secretsDir: secretsDir ?? null };
}

function secretFiles(file: HubFile): Pick<HubConfig, 'webhookSecretFile' | 'metricsTokenFile' | 'keyFile'> {
  return {
    webhookSecretFile: file.webhookSecretFile ?? null,
    metricsTokenFile: file.metricsTokenFile ?? null,
    keyFile: file.keyFile ?? null,
  };
}

function sourceConfig(source: Section<'source'>): HubConfig['source'] {
  return {
    location: sourceLocation(source),
    branch: source.branch ?? null,
    tokenFile: source.tokenFile ?? null,
    caFile: source.caFile ?? null,
    paths: source.paths ?? [],
    exclude: source.exclude ?? [],
    poll: source.poll ?? defaultPoll,
  };
}

function sourceLocation({ url, dir }: Section<'source'>): string {
  const location = url ?? dir;
  if (location === undefined || (url !== undefined && dir !== undefined)) {
    throw new SluiceError('CONFIG_INVALID', 'a hub reads one config repository', {
      hint: 'give a folder or a Git URL: `sluice-hub serve DIR`, or source.dir or source.url in the configuration',
    });
  }
  assertTransport(location, 'CONFIG_INVALID');
  if (isUrl(location)) assertNoCredentials(location);
  return location;
}

function listenConfig(listen: Section<'listen'>): HubConfig['listen'] {
  return {
    host: listen.host ?? defaultListen.host,
    port: listen.port ?? defaultListen.port,
    tls: tlsConfig(listen),
    publicUrl: listen.publicUrl?.replace(/\/+$/, '') ?? null,
  };
}

function tlsConfig({ certFile, keyFile }: Section<'listen'>): HubConfig['listen']['tls'] {
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  throw new SluiceError('CONFIG_INVALID', 'TLS needs both a certificate and its key', {
    hint: 'set listen.certFile and listen.keyFile',
  });
}

function volumesConfig(volumes: Section<'volumes'>): HubConfig['volumes'] {
  return {
    ms: freshTimeMs(volumes.for ?? defaultVolumes.for),
    bytes: (volumes.mebibytes ?? defaultVolumes.mebibytes) * 2 ** 20,
  };
}

function renderConfig({ templateSeconds, applicationSeconds }: Section<'render'>): HubConfig['render'] {
  return {
    sourceMs: (templateSeconds ?? defaultRenderSeconds.template) * 1000,
    applicationMs: (applicationSeconds ?? defaultRenderSeconds.application) * 1000,
  };
}

function logConfig({ level, format }: Section<'log'>, isText: boolean): HubConfig['log'] {
  return { level: level ?? 'info', format: format ?? (isText ? 'text' : 'json') };
}
