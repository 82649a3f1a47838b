import { request as httpRequest, type ClientRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isSluiceError, SluiceError } from '../../errors.ts';
import type { Route } from './connections.ts';
import { bareHost, proxyAuthorization } from './proxy.ts';

/** One request on the wire. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array | undefined;
  readonly route: Route;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte. */
  readonly idleMs: number;
  /** Milliseconds until the last byte; absent = a stream without an end. */
  readonly totalMs?: number | undefined;
  /** How errors name the request: never with a query or a header. */
  readonly subject: string;
}

/** An answer whose body is still coming, decompressed. Reading it throws TIMEOUT or ABORTED, and raw errors of the network. */
export interface Opened {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  readonly response: IncomingMessage;
  /** Drops the connection. */
  readonly close: () => void;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Sends a request and resolves with the head of the answer, whatever its status. A kept connection that the server closed in
 * the meantime is tried once more, so that a restart of the server is not a fault; a write may then arrive twice. Throws
 * UNAVAILABLE, TIMEOUT or ABORTED.
 */
export async function open(exchange: Exchange): Promise<Opened> {
  try {
    return await openOnce(exchange);
  } catch (error) {
    if (!(error instanceof StaleConnection) || exchange.signal.aborted) throw networkError(error, exchange);
  }
  try {
    return await openOnce(exchange);
  } catch (error) {
    throw networkError(error, exchange);
  }
}

/**
 * Sends a request and reads the whole answer. A body of more than `maxBytes`, compressed or not, is LIMIT_EXCEEDED; one that
 * is cut is UNAVAILABLE, never short.
 */
export async function send(exchange: Exchange, maxBytes: number): Promise<Answer> {
  return await readWhole(await open(exchange), exchange, maxBytes);
}

/** Reads the rest of an opened answer, within the same bounds as `send`. */
export async function readWhole(opened: Opened, exchange: Exchange, maxBytes: number): Promise<Answer> {
  const { status, headers, response } = opened;
  const { subject } = exchange;
  const tooLarge = (): SluiceError =>
    new SluiceError('LIMIT_EXCEEDED', `the answer is larger than ${maxBytes} bytes`, { subject });
  if (opened.body !== response) limitWire(response, maxBytes, tooLarge);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of opened.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
    if (!response.complete) throw new SluiceError('UNAVAILABLE', 'the answer was cut', { subject });
  } catch (error) {
    opened.close();
    throw networkError(error, exchange);
  }
  const [only] = chunks;
  return { status, headers, body: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size) };
}

// Compressed bytes that decompress to nothing must be bounded as well.
function limitWire(response: IncomingMessage, maxBytes: number, tooLarge: () => Error): void {
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) response.destroy(tooLarge());
  });
}

class StaleConnection extends Error {}

function openOnce(exchange: Exchange): Promise<Opened> {
  exchange.signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Opened>();
  const outgoing = start(exchange);
  let incoming: IncomingMessage | undefined;
  const stop = (error: Error): void => {
    incoming?.destroy(error);
    outgoing.destroy(error);
  };
  const release = bound(exchange, stop);
  // `timeout` counts from the last byte in either direction.
  outgoing.on('timeout', () => stop(timeout(exchange, `nothing came for ${exchange.idleMs} ms`)));
  outgoing.on('error', (error) => {
    if (incoming !== undefined) return;
    release();
    reject(outgoing.reusedSocket && isReset(error) ? new StaleConnection(error.message, { cause: error }) : error);
  });
  outgoing.once('response', (response) => {
    incoming = response;
    response.once('close', release);
    resolve({
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: response.headers['content-encoding'] === 'gzip' ? gunzip(response) : response,
      response,
      close: () => response.destroy(),
    });
  });
  outgoing.end(exchange.body);
  return promise;
}

function start({ method, url, headers, body, route, idleMs }: Exchange): ClientRequest {
  const { agent, proxy } = route;
  const host = proxy ?? url;
  const outgoing = (host.protocol === 'https:' ? httpsRequest : httpRequest)({
    method,
    host: bareHost(host.hostname),
    port: host.port || undefined,
    path: proxy === null ? url.pathname + url.search : url.origin + url.pathname + url.search,
    headers: { host: url.host, ...headers, ...(proxy === null ? {} : proxyAuthorization(proxy)) },
    agent,
    timeout: idleMs,
  });
  if (body !== undefined) outgoing.setHeader('content-length', body.byteLength);
  // HTTP/1.1 keeps the connection without being told, and a poll is smaller than its headers.
  outgoing.removeHeader('connection');
  return outgoing;
}

/** Stops a request when its signal aborts or its time is over, until it is released. */
function bound(exchange: Exchange, stop: (error: Error) => void): () => void {
  const { signal, totalMs } = exchange;
  const abort = (): void => stop(networkError(signal.reason, exchange));
  const late = (): void => stop(timeout(exchange, `no whole answer within ${totalMs ?? 0} ms`));
  const timer = totalMs === undefined ? undefined : setTimeout(late, totalMs);
  signal.addEventListener('abort', abort, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  };
}

/** Like pipe, but an error of the source reaches the reader. */
function gunzip(source: IncomingMessage): Readable {
  const target = createGunzip();
  // A body that is not read yet must not end the process; the reader still gets the error.
  target.on('error', () => undefined);
  source.once('error', (error) => target.destroy(error));
  target.once('close', () => source.destroy());
  return source.pipe(target);
}

/** The coded error of a network failure, with the raw error as its cause. */
export function networkError(error: unknown, { subject, signal }: Pick<Exchange, 'subject' | 'signal'>): SluiceError {
  if (isSluiceError(error)) return error;
  const reason: unknown = signal.reason;
  if (signal.aborted && isSluiceError(reason)) return reason;
  if (signal.aborted) return new SluiceError('ABORTED', 'the request was given up', { subject }, error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = `cannot reach the server${code === '' ? '' : ` (${code})`}`;
  return new SluiceError('UNAVAILABLE', message, { subject }, error instanceof StaleConnection ? error.cause : error);
}

function timeout({ subject }: Exchange, message: string): SluiceError {
  return new SluiceError('TIMEOUT', message, { subject });
}

function isReset(error: Error & { code?: string }): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}
