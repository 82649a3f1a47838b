import type { OutgoingHttpHeaders } from 'node:http';
import { openConnections, type Connections, type Route } from '../../shared/adapters/http/connections.ts';
import {
  networkError,
  open,
  send,
  type Answer,
  type Exchange,
  type Opened,
} from '../../shared/adapters/http/exchange.ts';
import { isSluiceError, SluiceError } from '../../shared/errors.ts';
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

/** Every exchange is bounded; `maxBytes` counts what comes out of decompression, too. */
export interface WireLimits {
  readonly maxBytes: number;
  /** Milliseconds without a byte. */
  readonly idleMs: number;
  /** Milliseconds until the last byte. */
  readonly totalMs: number;
}

export type WireAnswer = Answer;

/** An answer whose body is still coming; `close` drops the connection. */
export type WireStream = Pick<Opened, 'status' | 'headers' | 'body' | 'close'>;

/** One keep-alive client of one API server. Throws UNAVAILABLE, TIMEOUT, LIMIT_EXCEEDED, ABORTED; never judges a status. */
export interface Transport {
  /** The whole answer; a cut connection is an error, never a short body. */
  readonly send: (request: WireRequest) => Promise<WireAnswer>;
  /** The answer's head, as soon as it is there. */
  readonly open: (request: WireRequest) => Promise<WireStream>;
  readonly close: () => void;
}

/** Sockets that are not used for this long are closed here, before the server closes them under a request. */
const pooledMs = 30_000;

/**
 * Opens a transport; connections are made when they are needed, with the credentials of that moment. A write on a kept
 * connection may arrive twice: applies and preconditioned deletes mean the same twice, and a second create answers 409.
 */
export function openTransport(access: KubeAccess, maxSockets = 32): Transport {
  const base = new URL(access.server);
  const prefix = base.pathname.replace(/\/$/, '');
  const pool = { maxSockets, maxFreeSockets: 8, timeout: pooledMs, scheduling: 'lifo' as const };
  let current: { readonly of: KubeCredentials; readonly connections: Connections; readonly route: Route } | undefined;

  const routeFor = (credentials: KubeCredentials): Route => {
    if (current === undefined || !isSameConnection(current.of, credentials)) {
      // Requests in flight keep their sockets; idle ones of the old connections are left to time out.
      const tls = { ...credentials.tls, minVersion: 'TLSv1.2' as const };
      const connections = openConnections(pool, tls, credentials.proxy ?? {});
      current = { of: credentials, connections, route: connections.routeTo(base) };
    }
    return current.route;
  };

  const exchangeOf = async ({ method, path, headers, body, signal, limits }: WireRequest): Promise<Exchange> => {
    const credentials = await access.credentials();
    return {
      method,
      url: new URL(base.origin + prefix + path),
      headers: { ...headers, ...credentials.headers } as OutgoingHttpHeaders,
      body: body === undefined ? undefined : Buffer.from(body, 'utf8'),
      route: routeFor(credentials),
      signal,
      idleMs: limits.idleMs,
      totalMs: limits.totalMs,
      subject: subjectOf({ method, path }),
    };
  };

  return {
    send: async (request) => named(request, async () => send(await exchangeOf(request), request.limits.maxBytes)),
    open: async (request) => named(request, async () => open(await exchangeOf(request))),
    close: () => current?.connections.close(),
  };
}

/** Headers belong to a request; only TLS and the proxy belong to its connection. */
function isSameConnection(one: KubeCredentials, other: KubeCredentials): boolean {
  if (one === other) return true;
  return JSON.stringify([one.tls, one.proxy]) === JSON.stringify([other.tls, other.proxy]);
}

async function named<T>(request: WireRequest, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asFault(error, request);
  }
}

/** Turns what went wrong on the wire into the error that callers know. */
export function asFault(
  error: unknown,
  { method, path, signal }: Pick<WireRequest, 'method' | 'path' | 'signal'>,
): SluiceError {
  const subject = subjectOf({ method, path });
  const fault = networkError(error, { subject, signal });
  if (!isSluiceError(fault, 'UNAVAILABLE') || !(fault.cause instanceof Error)) return fault;
  return new SluiceError(
    'UNAVAILABLE',
    `cannot reach the API server: ${fault.cause.message}`,
    { subject },
    fault.cause,
  );
}

function subjectOf({ method, path }: Pick<WireRequest, 'method' | 'path'>): string {
  return `${method} ${path.split('?')[0] ?? path}`;
}
