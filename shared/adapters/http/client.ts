import { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { getCACertificates } from 'node:tls';
import { SluiceError } from '../../errors.ts';
import type { EventStreamRequest, Http, HttpRequest, HttpResponse } from '../../ports/http.ts';
import { openConnections } from './connections.ts';
import { eventReader } from './events.ts';
import { networkError, open, readWhole, type Exchange, type Opened } from './exchange.ts';
import { guardedLookup } from './lookup.ts';
import { isLoopback, type ProxySettings } from './proxy.ts';
import type { TlsSettings } from './secured.ts';

/** Trust, proxies and permissions of a client. */
export interface HttpOptions {
  /** PEM certificates of private authorities, in addition to the built-in ones. */
  readonly ca?: readonly string[];
  /** PEM of the one certificate that https servers must show, whatever names it has; nothing else is trusted then. */
  readonly certificate?: string;
  readonly proxy?: ProxySettings;
  /** Allows `http://` beyond loopback: only where the network itself is trusted. */
  readonly allowPlain?: boolean;
  readonly userAgent?: string;
  /** Tells whether a connection may be made to an address that a name leads to; by default to all. Not asked of proxies. */
  readonly mayConnect?: (address: string) => boolean;
}

/** An HTTP client with kept-alive connections; `close` drops the idle ones. */
export interface HttpClient extends Http {
  readonly close: () => void;
}

const maxRedirects = 3;
const pool = { keepAliveMsecs: 15_000, maxSockets: 16, maxFreeSockets: 4 };

/** Makes the bounded HTTP client that shared/ports/http.ts promises. */
export function createHttp(options: HttpOptions = {}): HttpClient {
  const { mayConnect } = options;
  const settings = mayConnect === undefined ? pool : { ...pool, lookup: guardedLookup(mayConnect) };
  const connections = openConnections(settings, trustOf(options), options.proxy ?? {});
  const prepare: Prepare = (url, { headers, signal }) => ({
    url,
    headers: { 'user-agent': options.userAgent ?? 'sluice', ...lowerCased(headers ?? {}) },
    route: connections.routeTo(url),
    signal,
    subject: url.origin,
  });
  return {
    request: async (request) => requestWhole(request, prepare, checkedUrl(request.url, options)),
    events: async (request) => readEvents(request, prepare(checkedUrl(request.url, options), request)),
    close: () => connections.close(),
  };
}

type Prepare = (
  url: URL,
  request: Pick<HttpRequest, 'headers' | 'signal'>,
) => Pick<Exchange, 'url' | 'headers' | 'route' | 'signal' | 'subject'>;

async function requestWhole(request: HttpRequest, prepare: Prepare, first: URL): Promise<HttpResponse> {
  const { method, body, limits } = request;
  const end = performance.now() + limits.totalMs;
  let url = first;
  for (let hops = 0; ; hops += 1) {
    const base = prepare(url, request);
    const headers = { 'accept-encoding': 'gzip', ...base.headers };
    const totalMs = Math.max(1, end - performance.now());
    const exchange = { ...base, headers, method, body, idleMs: limits.idleMs, totalMs };
    const opened = await open(exchange);
    const next = redirectOf(opened, url, method);
    if (next === null) return flat(await readWhole(opened, exchange, limits.maxBytes));
    opened.response.resume();
    if (hops === maxRedirects) throw new SluiceError('UNAVAILABLE', 'too many redirects', { subject: url.origin });
    url = next;
  }
}

async function readEvents({ idleMs, onOpen, onEvent }: EventStreamRequest, base: ReturnType<Prepare>): Promise<void> {
  const headers = { ...base.headers, accept: 'text/event-stream', 'cache-control': 'no-store' };
  const exchange = { ...base, headers, method: 'GET', idleMs };
  const { subject } = exchange;
  const { status, headers: given, body, response, close } = await open(exchange);
  if (status !== 200 || !(given['content-type'] ?? '').startsWith('text/event-stream')) {
    close();
    const code = status === 401 ? 'UNAUTHENTICATED' : status === 403 ? 'FORBIDDEN' : 'UNAVAILABLE';
    throw new SluiceError(code, `no event stream (status ${status})`, { subject });
  }
  onOpen?.();
  const read = eventReader(onEvent);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) read(chunk);
    if (!response.complete) throw new SluiceError('UNAVAILABLE', 'the stream was cut', { subject });
  } catch (error) {
    close();
    throw networkError(error, exchange);
  }
}

/** Where a redirect leads; null for any other answer. Only the same origin is followed, so no credential can leave it. */
function redirectOf({ status, headers: { location }, close }: Opened, from: URL, method: string): URL | null {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  const to = new URL(location, from);
  if (to.origin !== from.origin || (method !== 'GET' && method !== 'HEAD' && status < 307)) {
    close();
    const hint = 'use the address that the server redirects to';
    throw new SluiceError('UNAVAILABLE', 'the server redirects elsewhere', { subject: from.origin, hint });
  }
  return to;
}

/** The URL of a request; throws CONFIG_INVALID for schemes that are not allowed and for credentials in the URL. */
function checkedUrl(text: string, options: HttpOptions): URL {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new SluiceError('CONFIG_INVALID', 'a URL must not carry credentials', { subject: url.origin });
  }
  if (url.protocol === 'https:') return url;
  if (url.protocol === 'http:' && (options.allowPlain === true || isLoopback(url.hostname))) return url;
  throw new SluiceError('CONFIG_INVALID', 'only https:// may leave this machine', { subject: url.origin });
}

function trustOf({ ca = [], certificate }: HttpOptions): TlsSettings {
  if (certificate === undefined) return ca.length === 0 ? {} : { ca: withBuiltIn(ca) };
  const { raw } = new X509Certificate(certificate);
  return {
    ca: [certificate],
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, shown) => (shown.raw.equals(raw) ? undefined : new Error('another certificate')),
  };
}

function withBuiltIn(extra: readonly string[]): string[] {
  return [...getCACertificates('default'), ...extra];
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function flat(answer: { status: number; headers: IncomingHttpHeaders; body: Buffer }): HttpResponse {
  const pairs = Object.entries(answer.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  const headers = Object.fromEntries(pairs.filter(([, value]) => value !== undefined)) as Record<string, string>;
  return { status: answer.status, headers, body: answer.body };
}
