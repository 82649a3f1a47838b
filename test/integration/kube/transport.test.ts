import { createGzip, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { openTransport } from '../../../agent/kube/transport.ts';
import type { Transport, WireRequest } from '../../../agent/kube/transport.ts';
import { accessTo, serveHttp } from './server.ts';
import type { Handler, Listening } from './server.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A transport to a server that does what the handler does. */
async function to(handler: Handler): Promise<{ readonly transport: Transport; readonly server: Listening }> {
  const server = await serveHttp(handler);
  const transport = openTransport(accessTo(`http://127.0.0.1:${server.port}/prefix`));
  cleanups.push(() => transport.close(), server.stop);
  return { transport, server };
}

const generous = { maxBytes: 1_000_000, idleMs: 20_000, totalMs: 30_000 };

function ask(more: Partial<WireRequest> = {}): WireRequest {
  const { signal } = new AbortController();
  return { method: 'GET', path: '/api', headers: {}, signal, limits: generous, ...more };
}

describe('the wire to an API server', () => {
  it('sends method, prefix, path, headers and body, and gives the whole answer', async () => {
    const { transport } = await to((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        const body = Buffer.concat(chunks).toString();
        response.writeHead(201).end(JSON.stringify({ method, url, groups: headers['impersonate-group'], body }));
      });
    });
    const headers = { 'impersonate-group': ['a', 'b'] };
    const answer = await transport.send(ask({ method: 'PATCH', path: '/api?x=1', headers, body: 'é' }));
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.body.toString())).toEqual({
      method: 'PATCH',
      url: '/prefix/api?x=1',
      groups: 'a, b',
      body: 'é',
    });
  });

  it('uses one connection for many requests', async () => {
    const { transport, server } = await to((_request, response) => response.end('{}'));
    for (let index = 0; index < 5; index += 1) await transport.send(ask());
    expect(server.connections()).toBe(1);
  });

  it('takes an answer of exactly the limit and refuses one byte more', async () => {
    const { transport } = await to((_request, response) => response.end('x'.repeat(100)));
    const limited = (maxBytes: number): WireRequest => ask({ limits: { ...generous, maxBytes } });
    expect((await transport.send(limited(100))).body).toHaveLength(100);
    await expect(transport.send(limited(99))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('stops reading an answer without end at the limit', async () => {
    let closed: Promise<void> = Promise.resolve();
    const { transport } = await to((_request, response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
      const more = (): void => {
        while (response.write('x'.repeat(16_384)));
        response.once('drain', more);
      };
      more();
    });
    await expect(transport.send(ask())).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await closed;
  });

  it('reads gzip, and counts what comes out of it: a bomb stops at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { transport } = await to((request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(request.url?.endsWith('bomb') === true ? bomb : gzipSync('hello'));
    });
    expect((await transport.send(ask())).body.toString()).toBe('hello');
    await expect(transport.send(ask({ path: '/bomb' }))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('a body that is cut is UNAVAILABLE, never short, compressed or not', async () => {
    const { transport } = await to((request, response) => {
      const isZipped = request.url?.endsWith('zipped') === true;
      response.writeHead(200, isZipped ? { 'content-encoding': 'gzip' } : { 'content-length': '1000' });
      const sink = createGzip();
      if (isZipped) sink.pipe(response, { end: false });
      const target = isZipped ? sink : response;
      target.write('half');
      if (isZipped) sink.flush(() => request.socket.end());
      else response.write('', () => request.socket.end());
    });
    await expect(transport.send(ask())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(transport.send(ask({ path: '/zipped' }))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('a server that says nothing is a TIMEOUT after the idle limit', async () => {
    const { transport } = await to(() => undefined);
    const limits = { ...generous, idleMs: 50 };
    await expect(transport.send(ask({ limits }))).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('a server that drips is a TIMEOUT after the total limit', async () => {
    const { transport } = await to((_request, response) => {
      const timer = setInterval(() => response.write('.'), 10);
      response.once('close', () => clearInterval(timer));
    });
    const limits = { ...generous, idleMs: 5_000, totalMs: 100 };
    await expect(transport.send(ask({ limits }))).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('a request is given up when its signal aborts: before it starts, before the answer, within it', async () => {
    let arrived: () => void = () => undefined;
    const { transport } = await to((request, response) => {
      if (request.url?.endsWith('half') === true) response.write('half');
      arrived();
    });
    await expect(transport.send(ask({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: 'ABORTED' });
    for (const path of ['/silent', '/half']) {
      const control = new AbortController();
      const there = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const sent = transport.send(ask({ path, signal: control.signal }));
      await there;
      control.abort();
      await expect(sent).rejects.toMatchObject({ code: 'ABORTED' });
    }
  });

  it('a port where nobody listens is UNAVAILABLE', async () => {
    const { server, transport } = await to(() => undefined);
    await server.stop();
    await expect(transport.send(ask())).rejects.toMatchObject({ code: 'UNAVAILABLE', data: { subject: 'GET /api' } });
  });

  it('a new connection that is reset is an error at once; only a pooled one is tried again, once', async () => {
    let asked = 0;
    const { transport } = await to((request, response) => {
      asked += 1;
      if (request.url?.endsWith('reset') === true) request.socket.destroy();
      else response.end('{}');
    });
    await expect(transport.send(ask({ path: '/reset' }))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(asked).toBe(1);
    await transport.send(ask());
    await expect(transport.send(ask({ path: '/reset' }))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(asked).toBe(4);
  });
});
