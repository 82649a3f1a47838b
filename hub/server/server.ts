import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import fastify, { type FastifyInstance } from 'fastify';
import { asSluiceError } from '../../shared/errors.ts';
import { openApi } from '../api/openapi.ts';
import { createAuthenticate } from './auth.ts';
import type { RouteContext, ServerOptions, ServerParts } from './context.ts';
import { errorAnswer } from './errors.ts';
import { createFeed } from './feed/feed.ts';
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
  connections: 25_000,
  requestMs: 30_000,
  keepAliveMs: 75_000,
  /** Fetches over Git at once: of one caller, and of all. */
  fetches: { each: 4, all: 32 },
} as const;

/** A server that listens on every address is reached on its own machine by the loopback address. */
const wildcards: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/** Starts the hub's web interface: agents, administrators, webhooks, Git and metrics on one port. */
export async function startServer(options: ServerOptions, parts: ServerParts): Promise<HubServer> {
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    ...(options.tls === null
      ? { http: { maxHeaderSize: limits.headerBytes } }
      : { https: { maxHeaderSize: limits.headerBytes, ...(await readTls(options.tls)) } }),
  }) as unknown as FastifyInstance;
  app.server.maxConnections = limits.connections;
  const streams = createStreams(parts.clock, (open) => parts.metrics.streams(open));
  const context = contextOf(options, parts, streams);
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

function contextOf(options: ServerOptions, parts: ServerParts, streams: Streams): RouteContext {
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

function hooks(app: FastifyInstance, { log, metrics }: RouteContext): void {
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
    if (status >= 500) log.warn('request failed', fields);
    else log.debug('request refused', fields);
    return reply.code(status).headers(headers).send(body);
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 'NOT_FOUND', message: 'no such address' }));
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
