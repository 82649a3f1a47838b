import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { KubeAccess } from '../../../agent/kube/access.ts';
import { openTransport } from '../../../agent/kube/transport.ts';
import type { Transport, WireRequest } from '../../../agent/kube/transport.ts';

/** What the proxy does with one request in place of passing it on. */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly kind: 'reset' };

/** A plain HTTP server in front of an API server that can throttle, refuse and cut. */
export interface FaultyProxy {
  /** Access through the proxy, with no credentials: the proxy has them. */
  readonly access: KubeAccess;
  /** Faults for the next requests whose path starts so, used up one by one. */
  plan(pathStart: string, ...faults: readonly Fault[]): void;
  /** Cuts every open connection. */
  cut(): void;
  /** Method and path of every request, those that were faulted included. */
  readonly seen: readonly string[];
  stop(): Promise<void>;
}

/** Starts a proxy in front of a server. */
export async function startFaultyProxy(behind: KubeAccess): Promise<FaultyProxy> {
  const transport = openTransport(behind);
  const plans: { readonly start: string; readonly faults: Fault[] }[] = [];
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    seen.push(`${request.method ?? ''} ${path}`);
    const fault = plans.find(({ start, faults }) => path.startsWith(start) && faults.length > 0)?.faults.shift();
    if (fault === undefined) void pass(transport, request, response);
    else if (fault.kind === 'reset') request.socket.destroy();
    else response.writeHead(fault.status, { ...fault.headers }).end(fault.body ?? '');
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    seen,
    cut,
    access: {
      server: `http://127.0.0.1:${port}`,
      namespace: 'default',
      credentials: () => Promise.resolve({ headers: {}, tls: {} }),
      renew: () => undefined,
    },
    plan: (start, ...faults) => {
      plans.push({ start, faults: [...faults] });
    },
    stop: async () => {
      cut();
      transport.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function pass(transport: Transport, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { accept = 'application/json', 'content-type': type } = request.headers;
    const answer = await transport.open({
      method: request.method as WireRequest['method'],
      path: request.url ?? '/',
      headers: { accept, ...(type === undefined ? {} : { 'content-type': type }) },
      signal: gone.signal,
      limits: { maxBytes: Number.MAX_SAFE_INTEGER, idleMs: 600_000, totalMs: 600_000 },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks).toString('utf8') }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers['content-type'] ?? 'application/json' });
    response.flushHeaders();
    for await (const chunk of answer.body as AsyncIterable<Buffer>) response.write(chunk);
    response.end();
  } catch {
    response.destroy();
  }
}
