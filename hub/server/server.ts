import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { asSluiceError } from '../../shared/errors.ts';
import { openApi } from '../api/openapi.ts';
import { createAuthenticate } from './auth.ts';
import { connectionLimits, createConnections, type Connections } from './connections.ts';
import type { RouteContext, ServerOptions, ServerParts, ServerTimes } from './context.ts';
import { errorAnswer } from './errors.ts';
import { createFeed } from './feed/feed.ts';
import { onceAMinute } from './once-a-minute.ts';
import { createRefusals, isRefusal } from './refusals.ts';
import { registerRoutes } from './routes/register.ts';
import { createStreams, type Streams } from './streams.ts';
import { createTurns } from './turns.ts';

/** A listening server. */
export interface HubServer {
  readonly url: string;
  readonly streams: Streams;
  /** Ends streams, refuses new requests, and resolves when those in flight are answered. */
  readonly close: () => Promise<void>;
}

const limits = {
  bodyBytes: 1024 * 1024,
  headerBytes: 16 * 1024,
  /** Fetches over Git at once: of one caller, and of all. */
  fetches: { each: 4, all: 32 },
} as const;

const usualTimes: ServerTimes = {
  headersMs: 20_000,
  requestMs: 30_000,
  keepAliveMs: 75_000,
  silentMs: 120_000,
  checkMs: 5_000,
};

/** Below this, a process that serves a fleet runs out of open files. */
const fewFiles = 1024;
const spareConnections = 16;

/** A server that listens on every address is reached on its own machine by the loopback address. */
const wildcards: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/** Starts the hub's web interface: agents, administrators, webhooks, Git and metrics on one port. */
export async function startServer(options: ServerOptions, parts: ServerParts): Promise<HubServer> {
  const times = { ...usualTimes, ...options.times };
  const http = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: times.headersMs,
    connectionsCheckingInterval: times.checkMs,
  };
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: times.requestMs,
    keepAliveTimeout: times.keepAliveMs,
    connectionTimeout: times.silentMs,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    ...(options.tls === null ? { http } : { https: { ...http, ...(await readTls(options.tls)) } }),
  }) as unknown as FastifyInstance;
  const streams = createStreams(parts.clock, (open) => parts.metrics.streams(open));
  const connections = guardConnections(app, options, parts);
  const context = { ...contextOf(options, parts, streams), connections };
  hooks(app, context);
  registerRoutes(app, context);
  await listen(app, options);
  const { port } = app.server.address() as AddressInfo;
  const own = wildcards.get(options.host) ?? options.host;
  const host = own.includes(':') ? `[${own}]` : own;
  return {
    url: `${options.tls === null ? 'http' : 'https'}://${host}:${port}`,
    streams,
    close: async () => {
      streams.closeAll();
      await app.close();
    },
  };
}

function contextOf(options: ServerOptions, parts: ServerParts, streams: Streams): Omit<RouteContext, 'connections'> {
  let document: string | null = null;
  return {
    ...parts,
    options,
    streams,
    feed: createFeed(parts.hub.channel),
    turns: createTurns(limits.fetches),
    authenticate: createAuthenticate(options.adminToken),
    openApi: () => (document ??= JSON.stringify(openApi())),
  };
}

/** Bounds the connections by what the process may open, so that files and fetches go on under a flood of them. */
function guardConnections(app: FastifyInstance, { openFiles }: ServerOptions, parts: ServerParts): Connections {
  const { clock, log, metrics } = parts;
  const bounds = connectionLimits(openFiles ?? Infinity);
  if (openFiles !== undefined && openFiles < fewFiles)
    log.warn('this process may open few files: raise its limit (ulimit -n)', { openFiles, connections: bounds.all });
  const say = onceAMinute<{ readonly from: string }>(clock, {
    first: ({ from }) => log.warn('too many connections: one without an accepted credential was cut', { from }),
    more: (more) => log.warn('more connections were cut', { ...more }),
  });
  const connections = createConnections(bounds, (from) => {
    metrics.cut();
    say({ from });
  });
  app.server.on('connection', connections.open);
  // What comes while one is being cut.
  app.server.maxConnections = bounds.all + spareConnections;
  return connections;
}

function hooks(app: FastifyInstance, { clock, log, metrics, connections }: RouteContext): void {
  const refuse = createRefusals({ clock, log, metrics });
  app.addHook('onRequest', (_request, reply, done) => {
    if (connections.isCrowded()) reply.raw.shouldKeepAlive = false;
    done();
  });
  // Bodies stay bytes: signatures are over bytes, and every route parses strictly by itself.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onResponse', (request, reply, done) => {
    metrics.request(request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime);
    done();
  });
  app.setErrorHandler((thrown, request, reply) => {
    const { error, status, headers, body } = errorAnswer(thrown);
    const fields = { route: request.routeOptions.url, status, error };
    if (isRefusal(error) && hasCredential(request))
      refuse({ error, route: request.routeOptions.url ?? 'none', from: request.ip });
    if (status >= 500) log.warn('request failed', fields);
    else log.debug('request refused', fields);
    return reply.code(status).headers(headers).send(body);
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 'NOT_FOUND', message: 'no such address' }));
}

/** A body may be signed, and a webhook has headers of its own: a POST is an attempt, a GET without a credential is not. */
function hasCredential({ method, headers }: FastifyRequest): boolean {
  return method === 'POST' || headers.authorization !== undefined;
}

async function listen(app: FastifyInstance, { host, port }: ServerOptions): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw asSluiceError(error, 'UNAVAILABLE', { subject: `${host}:${port}`, hint: 'give another --listen address' });
  }
}

async function readTls(files: { readonly certFile: string; readonly keyFile: string }) {
  const read = async (path: string) => {
    try {
      return await readFile(path);
    } catch (error) {
      throw asSluiceError(error, 'CONFIG_INVALID', { path });
    }
  };
  const pair = { cert: await read(files.certFile), key: await read(files.keyFile), minVersion: 'TLSv1.2' as const };
  try {
    createSecureContext(pair);
  } catch (error) {
    const hint = `name a certificate and its own key, both PEM; the key is ${files.keyFile}`;
    throw asSluiceError(error, 'CONFIG_INVALID', { path: files.certFile, hint });
  }
  return pair;
}
