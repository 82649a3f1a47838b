import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SluiceError } from '../../shared/errors.ts';
import type { KubeAccess, KubeCredentials } from './access.ts';

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, from `/api` or `/apis` on. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly limits: WireLimits;
}

/** Every exchange is bounded; `maxBytes` counts what comes out of decompression. */
export interface WireLimits {
  readonly maxBytes: number;
  /** Milliseconds without a byte. */
  readonly idleMs: number;
  /** Milliseconds until the last byte. */
  readonly totalMs: number;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer whose body is still coming; `close` drops the connection. */
export interface WireStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  readonly close: () => void;
}

/** One keep-alive client of one API server. Throws UNAVAILABLE, TIMEOUT, LIMIT_EXCEEDED, ABORTED; never judges a status. */
export interface Transport {
  /** The whole answer; a cut connection is an error, never a short body. */
  readonly send: (request: WireRequest) => Promise<WireAnswer>;
  /** The answer's head, as soon as it is there. */
  readonly open: (request: WireRequest) => Promise<WireStream>;
  readonly close: () => void;
}

type Agent = HttpAgent | HttpsAgent;

/** Sockets that nobody used for this long are closed here, before the server closes them under a request. */
const pooledMs = 30_000;

/** Opens a transport; connections are made when they are needed, with the credentials of that moment. */
export function openTransport(access: KubeAccess, maxSockets = 32): Transport {
  const base = new URL(access.server);
  const prefix = base.pathname.replace(/\/$/, '');
  let agent: { readonly of: KubeCredentials; readonly is: Agent } | undefined;

  const agentFor = (credentials: KubeCredentials): Agent => {
    if (agent === undefined || !isSameConnection(agent.of, credentials)) {
      // Requests in flight keep their sockets; idle ones of the old agent are left to time out.
      agent = { of: credentials, is: makeAgent(base.protocol, credentials, maxSockets) };
    }
    return agent.is;
  };

  const open = async (request: WireRequest): Promise<WireStream> => {
    const credentials = await access.credentials();
    request.signal.throwIfAborted();
    const url = new URL(base.origin + prefix + request.path);
    const body = request.body === undefined ? undefined : Buffer.from(request.body, 'utf8');
    const headers: OutgoingHttpHeaders = { ...request.headers, ...credentials.headers } as OutgoingHttpHeaders;
    if (body !== undefined) headers['content-length'] = body.length;
    const start = base.protocol === 'http:' ? httpRequest : httpsRequest;
    const outgoing = start(url, { method: request.method, headers, agent: agentFor(credentials) });
    return await headOf(outgoing, request, body);
  };

  return {
    open: async (request) => once(request, open),
    send: async (request) => once(request, async (wanted) => readAll(await open(wanted), wanted)),
    close: () => agent?.is.destroy(),
  };
}

/** Headers belong to a request; only TLS and the proxy belong to its connection. */
function isSameConnection(one: KubeCredentials, other: KubeCredentials): boolean {
  if (one === other) return true;
  return JSON.stringify([one.tls, one.proxy]) === JSON.stringify([other.tls, other.proxy]);
}

function makeAgent(protocol: string, { tls, proxy }: KubeCredentials, maxSockets: number): Agent {
  const pool = { keepAlive: true, maxSockets, maxFreeSockets: 8, timeout: pooledMs, scheduling: 'lifo' as const };
  const through = proxy === undefined ? {} : { proxyEnv: { ...proxy } };
  if (protocol === 'http:') return new HttpAgent({ ...pool, ...through });
  return new HttpsAgent({ ...pool, ...through, ...tls, minVersion: 'TLSv1.2' });
}

/**
 * Tries again, once, when a pooled connection turns out to have been closed by the server before it answered.
 * A write may then arrive twice: applies and preconditioned deletes mean the same twice, and a second create answers 409.
 */
async function once<T>(request: WireRequest, run: (request: WireRequest) => Promise<T>): Promise<T> {
  try {
    return await run(request);
  } catch (error) {
    if (!(error instanceof StaleConnection) || request.signal.aborted) throw asFault(error, request);
  }
  try {
    return await run(request);
  } catch (error) {
    throw asFault(error, request);
  }
}

class StaleConnection extends Error {}

class Deadline extends Error {}

class TooMuch extends Error {}

async function headOf(outgoing: ClientRequest, request: WireRequest, body: Buffer | undefined): Promise<WireStream> {
  const { signal, limits } = request;
  return await new Promise<WireStream>((resolve, reject) => {
    let incoming: IncomingMessage | undefined;
    const stop = (error: Error): void => {
      incoming?.destroy(error);
      outgoing.destroy(error);
    };
    const abort = (): void => stop(reasonOf(signal));
    const timer = setTimeout(() => stop(new Deadline(`no whole answer in ${limits.totalMs} ms`)), limits.totalMs);
    const release = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });
    outgoing.setTimeout(limits.idleMs, () => stop(new Deadline(`nothing came for ${limits.idleMs} ms`)));
    outgoing.on('error', (error) => {
      if (incoming === undefined) release();
      const stale = outgoing.reusedSocket && incoming === undefined && isReset(error);
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    outgoing.once('response', (response) => {
      incoming = response;
      response.once('close', release);
      const zipped = response.headers['content-encoding'] === 'gzip';
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: zipped ? gunzip(response) : response,
        close: () => response.destroy(),
      });
    });
    outgoing.end(body);
  });
}

/** Like pipe, but an error of the source reaches the reader. */
function gunzip(source: IncomingMessage): Readable {
  const target = createGunzip();
  source.once('error', (error) => target.destroy(error));
  target.once('close', () => source.destroy());
  return source.pipe(target);
}

async function readAll(stream: WireStream, { limits }: WireRequest): Promise<WireAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limits.maxBytes) {
      stream.close();
      throw new TooMuch(`the answer is larger than ${limits.maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return { status: stream.status, headers: stream.headers, body: Buffer.concat(chunks, size) };
}

/** Turns what went wrong on the wire into the error that callers know. */
export function asFault(
  error: unknown,
  { method, path, signal }: Pick<WireRequest, 'method' | 'path' | 'signal'>,
): Error {
  if (error instanceof SluiceError) return error;
  const subject = `${method} ${path.split('?')[0] ?? path}`;
  const message = error instanceof Error ? error.message : String(error);
  if (signal.aborted) return new SluiceError('ABORTED', 'the request was given up', { subject }, error);
  if (error instanceof Deadline) return new SluiceError('TIMEOUT', message, { subject }, error);
  if (error instanceof TooMuch) return new SluiceError('LIMIT_EXCEEDED', message, { subject }, error);
  return new SluiceError('UNAVAILABLE', `cannot reach the API server: ${message}`, { subject }, error);
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

function isReset(error: Error & { code?: string }): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}
