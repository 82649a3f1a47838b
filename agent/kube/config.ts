import { KubeConfig } from '@kubernetes/client-node';
import type { User } from '@kubernetes/client-node';
import type { AgentOptions } from 'node:https';
import { isLoopback, type ProxySettings } from '../../shared/adapters/http/proxy.ts';
import { SluiceError, asSluiceError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { readTokenFile } from './token-file.ts';
import type { KubeAccess, KubeCredentials, KubeTls } from './access.ts';

export interface KubeConfigOptions {
  /** Path of a kubeconfig; absent = the pod's service account. */
  readonly kubeconfig?: string;
  /** A context of that file; absent = its current one. */
  readonly context?: string;
  /** Whether the kubeconfig may name a program to run for credentials. */
  readonly allowExec: boolean;
  /** The environment's proxy settings; a `proxy-url` of the kubeconfig wins. */
  readonly proxy?: ProxySettings;
  readonly clock: Clock;
}

/** How long credentials that were read from files are used: tokens of service accounts rotate long before they expire. */
const freshMs = 60_000;

/** Reads a kubeconfig or the pod's service account; throws CONFIG_INVALID with what to do when it cannot be used. */
export function loadKubeAccess(options: KubeConfigOptions): KubeAccess {
  let config = load(options);
  let readAt = options.clock.monotonic();
  let known: Promise<KubeCredentials> | undefined;
  const usesProgram = runsProgram(userOf(config));
  const { server } = clusterOf(config);

  const reread = (): void => {
    readAt = options.clock.monotonic();
    try {
      config = load(options);
      known = undefined;
    } catch {
      // A file that is being replaced is not there for a moment; what was read before serves until the next time.
    }
  };
  return {
    server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    credentials: async () => {
      // The library keeps a program's answer until it expires, so only files are read again by the clock.
      if (!usesProgram && options.clock.monotonic() - readAt > freshMs) reread();
      if (usesProgram) return await credentialsOf(config, options.proxy);
      return await (known ??= credentialsOf(config, options.proxy));
    },
    renew: reread,
  };
}

function load(options: KubeConfigOptions): KubeConfig {
  const path = options.kubeconfig;
  const config = new KubeConfig();
  try {
    if (path === undefined) config.loadFromCluster();
    else config.loadFromFile(path);
  } catch (error) {
    const where = path === undefined ? {} : { path };
    throw new SluiceError('CONFIG_INVALID', 'cannot read the kubeconfig', where, error);
  }
  if (options.context !== undefined) config.setCurrentContext(options.context);
  check(config, options);
  const user = userOf(config);
  if (path !== undefined && !user.token) {
    const token = readTokenFile(path, user.name);
    // The type says readonly, the library reads it afresh for every request.
    if (token !== undefined) Object.assign(user, { token });
  }
  return config;
}

function check(config: KubeConfig, { kubeconfig, allowExec }: KubeConfigOptions): void {
  const where = kubeconfig === undefined ? {} : { path: kubeconfig };
  const invalid = (message: string, hint: string): SluiceError =>
    new SluiceError('CONFIG_INVALID', message, { ...where, hint });
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (cluster === null || user === null) {
    throw invalid('the kubeconfig has no such context, or its cluster or user is missing', 'name a context it has');
  }
  const fault = serverFault(cluster.server);
  if (fault !== undefined) throw invalid(...fault);
  if (cluster.proxyUrl !== undefined && !/^https?:\/\//.test(cluster.proxyUrl)) {
    throw invalid('only HTTP proxies are supported', 'use an http:// proxy-url');
  }
  if (runsProgram(user) && !allowExec) {
    throw invalid('the kubeconfig asks to run a program for credentials', 'allow it with --allow-exec, or use a token');
  }
}

/** What is wrong with the address of a server, and what to do; the library says `undefined` where a pod has no environment. */
function serverFault(server: string): [message: string, hint: string] | undefined {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || url.hostname === 'undefined') {
    return ['no API server is known', 'give a kubeconfig, or run in a pod with a service account'];
  }
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return undefined;
  return ['the API server is not reached over TLS', 'use an https:// server'];
}

/** The old cloud providers run a program as well. */
function runsProgram(user: User): boolean {
  const provider = user.authProvider as { name?: string } | null | undefined;
  return Boolean(user.exec) || (provider?.name !== undefined && provider.name !== 'tokenFile');
}

function userOf(config: KubeConfig): User {
  const user = config.getCurrentUser();
  if (user === null) throw new SluiceError('CONFIG_INVALID', 'the kubeconfig has no user');
  return user;
}

function clusterOf(config: KubeConfig): { readonly server: string; readonly proxyUrl?: string } {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new SluiceError('CONFIG_INVALID', 'the kubeconfig has no cluster');
  const { server, proxyUrl } = cluster;
  return proxyUrl === undefined ? { server } : { server, proxyUrl };
}

async function credentialsOf(config: KubeConfig, environment: ProxySettings | undefined): Promise<KubeCredentials> {
  const user = userOf(config);
  const { server, proxyUrl } = clusterOf(config);
  const proxy = proxyUrl === undefined ? environment : { always: proxyUrl };
  const basic = user.username
    ? `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`
    : '';
  const headers: Record<string, string> = basic === '' ? {} : { authorization: basic };
  if (server.startsWith('http:')) {
    // The library refuses plain HTTP; it is allowed here for loopback alone.
    if (user.token) headers['authorization'] = `Bearer ${user.token}`;
    return { headers, tls: {} };
  }
  const settings: AgentOptions & { headers?: Record<string, string> } = {};
  try {
    await config.applyToHTTPSOptions(settings);
  } catch (error) {
    throw asSluiceError(error, 'CONFIG_INVALID', { hint: 'the credentials of the kubeconfig cannot be read' });
  }
  for (const [name, value] of Object.entries(settings.headers ?? {})) headers[name.toLowerCase()] = value.trim();
  return { headers, tls: tlsOf(settings), ...(proxy === undefined ? {} : { proxy }) };
}

function tlsOf(settings: AgentOptions): KubeTls {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' ? value : Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
  const found = {
    ca: text(settings.ca),
    cert: text(settings.cert),
    key: text(settings.key),
    passphrase: settings.passphrase,
    servername: settings.servername,
    rejectUnauthorized: settings.rejectUnauthorized,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
