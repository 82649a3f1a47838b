import { X509Certificate } from 'node:crypto';
import { Agent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { getCACertificates } from 'node:tls';
import { createGunzip } from 'node:zlib';
import { SluiceError } from '../errors.ts';
import type { EventStreamRequest, Http, HttpRequest, HttpResponse } from '../ports/http.ts';
import { eventReader } from './http/events.ts';
import { networkError, open, type Exchange, type Opened } from './http/exchange.ts';
import { isLoopback, proxyAuthorization, proxyFor, TunnelAgent, type ProxySettings } from './http/proxy.ts';

/** What a client may do and whom it trusts. */
export interface HttpOptions {
  /** PEM certificates of private authorities, in addition to the built-in ones. */
  readonly ca?: readonly string[];
  /** PEM of the one certificate that https servers must show, whatever names it has; nothing else is trusted then. */
  readonly certificate?: string;
  readonly proxy?: ProxySettings;
  /** Allows `http://` beyond loopback: only where the network itself is trusted. */
  readonly allowPlain?: boolean;
  readonly userAgent?: string;
}

/** An HTTP client with kept-alive connections; `close` drops the idle ones. */
export interface HttpClient extends Http {
  readonly close: () => void;
}

const maxRedirects = 3;

/** Makes the bounded HTTP client that shared/ports/http.ts promises, over node:http and node:https. */
export function createHttp(options: HttpOptions = {}): HttpClient {
  const agents = createAgents(options);
  const prepare: Prepare = (url, request) => {
    const { agent, through } = agents.pick(url);
    const proxied = through === null ? {} : proxyAuthorization(through);
    const headers = { 'user-agent': options.userAgent ?? 'sluice', ...lowerCased(request.headers ?? {}), ...proxied };
    return { url, headers, agent, through };
  };
  return {
    request: (request) => exchangeWhole(request, prepare, options),
    events: (request) => readEvents(request, prepare, options),
    close: () => agents.close(),
  };
}

type Prepare = (
  url: URL,
  request: Pick<HttpRequest, 'headers'>,
) => Pick<Exchange, 'url' | 'headers' | 'agent' | 'through'>;

async function exchangeWhole(request: HttpRequest, prepare: Prepare, options: HttpOptions): Promise<HttpResponse> {
  let url = checkedUrl(request.url, options);
  const deadline = new AbortController();
  const late = () => deadline.abort(new SluiceError('TIMEOUT', `no answer within ${request.limits.totalMs} ms`));
  const timer = setTimeout(late, request.limits.totalMs);
  const signal = AbortSignal.any([request.signal, deadline.signal]);
  try {
    for (let hops = 0; ; hops += 1) {
      const base = prepare(url, request);
      const headers = { 'accept-encoding': 'gzip', ...base.headers };
      const { method, body, limits } = request;
      const exchange = { ...base, headers, method, body, signal, idleMs: limits.idleMs };
      const opened = await open(exchange);
      const next = redirectOf(opened.response, url, request.method);
      if (next === null) return await readWhole(opened, exchange, limits.maxBytes);
      opened.response.resume();
      if (hops === maxRedirects) throw new SluiceError('UNAVAILABLE', 'too many redirects', { subject: url.origin });
      url = next;
    }
  } catch (error) {
    throw networkError(error, { url, signal });
  } finally {
    clearTimeout(timer);
  }
}

async function readWhole(opened: Opened, exchange: Exchange, maxBytes: number): Promise<HttpResponse> {
  const { response, request } = opened;
  const chunks: Buffer[] = [];
  const tooLarge = () =>
    new SluiceError('LIMIT_EXCEEDED', `the answer is larger than ${maxBytes} bytes`, { subject: exchange.url.origin });
  const count = counter(maxBytes, tooLarge);
  const collect = async (stream: AsyncIterable<Buffer>) => {
    const decoded = counter(maxBytes, tooLarge);
    for await (const chunk of stream) {
      decoded(chunk);
      chunks.push(chunk);
    }
  };
  const counted = async function* (stream: AsyncIterable<Buffer>) {
    for await (const chunk of stream) {
      count(chunk);
      yield chunk;
    }
  };
  try {
    if (response.headers['content-encoding'] === 'gzip') await pipeline(response, counted, createGunzip(), collect);
    else await pipeline(response, collect);
    if (!response.complete)
      throw new SluiceError('UNAVAILABLE', 'the answer was cut', { subject: exchange.url.origin });
  } catch (error) {
    request.destroy();
    throw networkError(error, exchange);
  }
  return { status: response.statusCode ?? 0, headers: flatHeaders(response), body: Buffer.concat(chunks) };
}

async function readEvents(request: EventStreamRequest, prepare: Prepare, options: HttpOptions): Promise<void> {
  const url = checkedUrl(request.url, options);
  const base = prepare(url, request);
  const headers = { ...base.headers, accept: 'text/event-stream', 'cache-control': 'no-store' };
  const exchange = { ...base, headers, method: 'GET', signal: request.signal, idleMs: request.idleMs };
  const { response, request: sent } = await open(exchange);
  const type = response.headers['content-type'] ?? '';
  if (response.statusCode !== 200 || !type.startsWith('text/event-stream')) {
    sent.destroy();
    const code =
      response.statusCode === 401 ? 'UNAUTHENTICATED' : response.statusCode === 403 ? 'FORBIDDEN' : 'UNAVAILABLE';
    throw new SluiceError(code, `no event stream (status ${response.statusCode ?? 0})`, { subject: url.origin });
  }
  request.onOpen?.();
  const read = eventReader(request.onEvent);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) read(chunk);
    if (!response.complete) throw new SluiceError('UNAVAILABLE', 'the stream was cut', { subject: url.origin });
  } catch (error) {
    sent.destroy();
    throw networkError(error, exchange);
  }
}

/** Where a redirect leads; null for any other answer. Only the same origin is followed, so no credential can leave it. */
function redirectOf(response: IncomingMessage, from: URL, method: string): URL | null {
  const status = response.statusCode ?? 0;
  const location = response.headers.location;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  const to = new URL(location, from);
  if (to.origin !== from.origin || (method === 'POST' && status < 307)) {
    response.destroy();
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

function createAgents(options: HttpOptions) {
  const settings = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets: 16, maxFreeSockets: 4 };
  const trust = trustOf(options);
  const plain = new Agent(settings);
  const secure = new HttpsAgent({ ...settings, ...trust });
  const tunnels = new Map<string, TunnelAgent>();
  return {
    pick(url: URL): Pick<Exchange, 'agent' | 'through'> {
      const proxy = proxyFor(url, options.proxy ?? {});
      if (url.protocol === 'http:') return { agent: plain, through: proxy };
      if (proxy === null) return { agent: secure, through: null };
      let tunnel = tunnels.get(proxy.href);
      if (tunnel === undefined) tunnels.set(proxy.href, (tunnel = new TunnelAgent(proxy, { ...settings, ...trust })));
      return { agent: tunnel, through: null };
    },
    close() {
      for (const agent of [plain, secure, ...tunnels.values()]) agent.destroy();
    },
  };
}

function trustOf({ ca = [], certificate }: HttpOptions): AgentOptions {
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

function counter(limit: number, tooLarge: () => Error): (chunk: Uint8Array) => void {
  let seen = 0;
  return (chunk) => {
    seen += chunk.byteLength;
    if (seen > limit) throw tooLarge();
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function flatHeaders(response: IncomingMessage): Record<string, string> {
  const pairs = Object.entries(response.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined)) as Record<string, string>;
}
