import { BlockList, isIP } from 'node:net';

/** Proxies as HTTPS_PROXY, HTTP_PROXY and NO_PROXY give them. */
export interface ProxySettings {
  readonly https?: string | undefined;
  readonly http?: string | undefined;
  /** Hosts, `.suffixes`, `host:port`, CIDR ranges or `*`, separated by commas. */
  readonly none?: string | undefined;
  /** One that takes every request, of loopback and of `none`, too: where the address of the server came with its proxy. */
  readonly always?: string | undefined;
}

/** The proxy settings of an environment, in either case; the lower-case names win, as in curl. */
export function proxySettings(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  return {
    https: env['https_proxy'] ?? env['HTTPS_PROXY'],
    http: env['http_proxy'] ?? env['HTTP_PROXY'],
    none: env['no_proxy'] ?? env['NO_PROXY'],
  };
}

/** The proxy for a URL; null when it is reached directly, as loopback is. */
export function proxyFor(url: URL, settings: ProxySettings): URL | null {
  if (settings.always !== undefined) return proxyUrl(settings.always);
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  if (proxy === undefined || proxy === '' || isLoopback(url.hostname)) return null;
  if (isExempt(url, settings.none ?? '')) return null;
  return proxyUrl(proxy);
}

function proxyUrl(text: string): URL {
  return new URL(text.includes('://') ? text : `http://${text}`);
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
  if (entry.includes('/')) return isInRange(entry, host);
  const [name, onlyPort] = splitPort(entry);
  if (onlyPort !== null && onlyPort !== port) return false;
  const domain = name.replace(/^\*?\./, '');
  return host === domain || host.endsWith(`.${domain}`);
}

// An IPv6 address has colons of its own: one with a port is written in brackets.
function splitPort(entry: string): readonly [name: string, port: string | null] {
  const [, name, port] = /^(.+):([0-9]+)$/.exec(entry) ?? [];
  if (name === undefined || port === undefined || isIP(entry) === 6) return [bareHost(entry), null];
  return [bareHost(name), port];
}

function isInRange(range: string, host: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = isIP(host);
  const isPrefix = /^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  if (family === 0 || isIP(network) !== family || !isPrefix) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, Number(bits), kind);
  return list.check(host, kind);
}

/** The host of a URL in lower case, an IPv6 address without its brackets. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').toLowerCase();
}
