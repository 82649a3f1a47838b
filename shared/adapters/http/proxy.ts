import { request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import { BlockList, isIP, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Duplex } from 'node:stream';
import { SluiceError } from '../../errors.ts';

/** Proxies as HTTPS_PROXY, HTTP_PROXY and NO_PROXY give them. */
export interface ProxySettings {
  readonly https?: string | undefined;
  readonly http?: string | undefined;
  /** Hosts, `.suffixes`, `host:port`, CIDR ranges or `*`, separated by commas. */
  readonly none?: string | undefined;
}

/** The proxy settings of an environment, in either case; the lower-case names win, as in curl. */
export function proxySettings(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  return {
    https: env['https_proxy'] ?? env['HTTPS_PROXY'],
    http: env['http_proxy'] ?? env['HTTP_PROXY'],
    none: env['no_proxy'] ?? env['NO_PROXY'],
  };
}

/** The proxy for a URL; null when it is reached directly. Loopback is never proxied. */
export function proxyFor(url: URL, settings: ProxySettings): URL | null {
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  if (proxy === undefined || proxy === '' || isLoopback(url.hostname)) return null;
  if (isExempt(url, settings.none ?? '')) return null;
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
}

/** True for `localhost` and the addresses that never leave the machine. */
export function isLoopback(hostname: string): boolean {
  const host = bareHost(hostname);
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The Proxy-Authorization header of a proxy URL that carries a user; empty without one. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** An https agent whose connections go through a proxy's CONNECT; certificates are checked against the origin as always. */
export class TunnelAgent extends HttpsAgent {
  readonly #proxy: URL;
  readonly #tls: AgentOptions;

  constructor(proxy: URL, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
    this.#tls = options;
  }

  override createConnection(
    options: { host?: string | null; port?: number | string | null; servername?: string },
    callback?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const host = options.host ?? '';
    const target = `${host.includes(':') ? `[${host}]` : host}:${options.port ?? 443}`;
    const fail = (error: Error) => callback?.(error, undefined as unknown as Duplex);
    const tunnel = httpRequest({
      host: bareHost(this.#proxy.hostname),
      port: this.#proxy.port || 80,
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyAuthorization(this.#proxy) },
      agent: false,
      timeout: 30_000,
    });
    tunnel.once('timeout', () => tunnel.destroy(new SluiceError('TIMEOUT', 'the proxy does not answer')));
    tunnel.once('error', fail);
    tunnel.once('connect', (response, socket: Socket) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        fail(new SluiceError('UNAVAILABLE', `the proxy refused the tunnel with ${response.statusCode ?? 0}`));
        return;
      }
      const servername = isIP(host) === 0 ? { servername: options.servername ?? host } : {};
      const secure = tlsConnect({
        ...(this.#tls.ca === undefined ? {} : { ca: this.#tls.ca }),
        socket,
        host,
        ...servername,
      });
      secure.once('error', fail);
      secure.once('secureConnect', () => {
        secure.off('error', fail);
        callback?.(null, secure);
      });
    });
    tunnel.end();
    return undefined;
  }
}

function isExempt(url: URL, none: string): boolean {
  const host = bareHost(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return none
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => matchesEntry(entry, host, port));
}

function matchesEntry(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(entry, host);
  const suffix = entry.startsWith('*.') ? entry.slice(1) : entry;
  if (suffix === host || suffix === `${host}:${port}`) return true;
  const dotted = suffix.startsWith('.') ? suffix : `.${suffix}`;
  return host.endsWith(dotted) || dotted === `.${host}`;
}

function inRange(range: string, host: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = isIP(host);
  if (family === 0 || isIP(network) !== family) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, Number(bits), kind);
  return list.check(host, kind);
}

function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').toLowerCase();
}
