import { readFileSync } from 'node:fs';
import { createServer as createHttp, request as forward } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { KubeAccess, KubeCredentials } from '../../../agent/kube/access.ts';

/** The text of a certificate or key of the test authority. */
export function fixture(name: string): string {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
}

export interface Listening {
  readonly port: number;
  /** Sockets that were opened so far. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves plain HTTP on loopback. */
export async function serveHttp(handler: Handler): Promise<Listening> {
  return await listen(createHttp(handler));
}

/** Serves HTTPS on loopback, and asks clients for a certificate of the test authority without insisting. */
export async function serveHttps(handler: Handler): Promise<Listening> {
  const tls = { key: fixture('server.key'), cert: fixture('server.crt'), ca: fixture('ca.crt') };
  return await listen(createHttps({ ...tls, requestCert: true, rejectUnauthorized: false }, handler));
}

/** An HTTP proxy that takes every host, tunnelled (CONNECT) or not, to one port of loopback, and remembers the hosts. */
export async function serveProxy(target: number): Promise<Listening & { readonly hosts: readonly string[] }> {
  const hosts: string[] = [];
  const server = createHttp((request, response) => {
    const { host, pathname, search } = new URL(request.url ?? '');
    const path = pathname + search;
    hosts.push(host);
    const { method, headers } = request;
    forward({ host: '127.0.0.1', port: target, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    hosts.push(request.url ?? '');
    const upstream = connect(target, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.once('close', () => upstream.destroy());
  });
  return { ...(await listen(server)), hosts };
}

/** Access to a server with fixed credentials. */
export function accessTo(server: string, credentials: Partial<KubeCredentials> = {}): KubeAccess {
  return {
    server,
    namespace: 'default',
    credentials: () => Promise.resolve({ headers: {}, tls: {}, ...credentials }),
    renew: () => undefined,
  };
}

async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  let opened = 0;
  server.on('connection', (socket: Socket) => {
    opened += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => opened,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
