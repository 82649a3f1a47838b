import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a proxy does to an answer: nothing, or one of the ways in which networks and hosts lie. */
export type Mutation =
  | 'none'
  /** Half of the body, then the connection is gone. */
  | 'cut'
  /** Half of the body in an answer that looks whole. */
  | 'shorten'
  /** One byte in the body is another. */
  | 'corrupt'
  /** Half of the body, then silence. */
  | 'stall'
  /** The connection is gone before an answer. */
  | 'reset'
  /** Status 500. */
  | 'fail'
  /** A page that says hello, with status 200. */
  | 'greet';

/** A proxy in front of a server; `mutate` decides for each request by its number (from 0), method, path and body. */
export interface MutatingProxy {
  readonly url: string;
  mutate: (request: { readonly number: number; readonly path: string; readonly body: Buffer }) => Mutation;
  /** Bytes of bodies that passed, in either direction. */
  readonly bytes: () => number;
  readonly close: () => Promise<void>;
}

/** Starts a proxy on loopback in front of `upstream` (`http://127.0.0.1:PORT`). */
export async function startMutatingProxy(upstream: string): Promise<MutatingProxy> {
  let number = 0;
  let bytes = 0;
  const proxy: { mutate: MutatingProxy['mutate'] } = { mutate: () => 'none' };
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const path = request.url ?? '/';
      const mutation = proxy.mutate({ number: number++, path, body });
      const { answer, content } = await forward(upstream, request, body);
      bytes += body.length + content.length;
      send(response, answer, { content, mutation });
    })().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => bytes,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

async function forward(upstream: string, request: IncomingMessage, body: Buffer) {
  const headers = { ...request.headers, host: new URL(upstream).host };
  const sent = httpRequest(upstream + (request.url ?? '/'), { method: request.method ?? 'GET', headers, agent: false });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { answer, content: await buffer(answer) };
}

function send(
  response: ServerResponse,
  answer: IncomingMessage,
  { content, mutation }: { readonly content: Buffer; readonly mutation: Mutation },
): void {
  const type = answer.headers['content-type'];
  const headers = type === undefined ? {} : { 'content-type': type };
  const status = answer.statusCode ?? 500;
  const half = content.subarray(0, Math.ceil(content.length / 2));
  if (mutation === 'reset') response.destroy();
  else if (mutation === 'fail') response.writeHead(500).end();
  else if (mutation === 'greet') response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>');
  else if (mutation === 'shorten') response.writeHead(status, { ...headers, 'content-length': half.length }).end(half);
  else if (mutation === 'cut' || mutation === 'stall') {
    response.writeHead(status, { ...headers, 'content-length': content.length });
    response.write(half, () => (mutation === 'cut' ? response.destroy() : undefined));
  } else {
    const whole = mutation === 'corrupt' ? flipped(content) : content;
    response.writeHead(status, { ...headers, 'content-length': whole.length }).end(whole);
  }
}

function flipped(content: Buffer): Buffer {
  const copy = Buffer.from(content);
  // In a pack, behind its header: a flipped byte of a progress message harms nobody.
  const pack = copy.indexOf('PACK');
  const at = pack < 0 ? Math.floor(copy.length / 2) : pack + 16;
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
