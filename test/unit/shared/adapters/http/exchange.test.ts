import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { openConnections } from '../../../../../shared/adapters/http/connections.ts';
import { open, send, type Exchange } from '../../../../../shared/adapters/http/exchange.ts';
import { SluiceError } from '../../../../../shared/errors.ts';
import { serveHttp, type Handler } from '../../../../integration/kube/server.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Exchanges with a server that does what the handler does, over one pool. */
async function to(handler: Handler): Promise<(path: string, more?: Partial<Exchange>) => Exchange> {
  const server = await serveHttp(handler);
  const connections = openConnections({ maxSockets: 4 }, {}, {});
  cleanups.push(() => connections.close(), server.stop);
  return (path, more = {}) => {
    const url = new URL(`http://127.0.0.1:${server.port}${path}`);
    const { signal } = new AbortController();
    const base = { method: 'GET', headers: {}, idleMs: 20_000, totalMs: 30_000, subject: `GET ${path}` };
    return { ...base, url, route: connections.routeTo(url), signal, ...more };
  };
}

describe('one exchange', () => {
  it('counts the bytes of a body that decompresses to nothing', async () => {
    // A gzip header with a file name that never ends: nothing ever comes out of it.
    const header = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 255]);
    const get = await to((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).write(header);
      const more = (): void => {
        while (response.write(Buffer.alloc(16_384, 'n')));
        response.once('drain', more);
      };
      more();
    });
    await expect(send(get('/'), 100_000)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', data: { subject: 'GET /' } });
  });

  it('gives a compressed body as it was before', async () => {
    const text = 'word '.repeat(50_000);
    const get = await to((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
    });
    expect((await send(get('/'), text.length)).body.toString()).toBe(text);
    await expect(send(get('/'), text.length - 1)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('sends the length of a body, and no word of keeping the connection', async () => {
    const get = await to((request, response) => response.end(JSON.stringify(request.headers)));
    const { body } = await send(
      get('/', { method: 'POST', body: Buffer.from('é'), headers: { 'x-a': ['b', 'c'] } }),
      1_000,
    );
    const headers = JSON.parse(body.toString()) as Record<string, string>;
    expect(headers).toMatchObject({ 'content-length': '2', 'x-a': 'b, c' });
    expect(headers).not.toHaveProperty('connection');
  });

  it('asks again, once, when a kept connection was closed in the meantime', async () => {
    let asked = 0;
    const get = await to((request, response) => {
      asked += 1;
      if (asked === 2) request.socket.destroy();
      else response.end('ok');
    });
    await send(get('/'), 100);
    expect((await send(get('/'), 100)).body.toString()).toBe('ok');
    expect(asked).toBe(3);
  });

  it('ends a stream when its time is over, whatever comes', async () => {
    const get = await to((_request, response) => {
      const timer = setInterval(() => response.write('.'), 10);
      response.once('close', () => clearInterval(timer));
    });
    const { body, status } = await open(get('/', { totalMs: 100 }));
    expect(status).toBe(200);
    await expect(body.toArray()).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('gives the reason of the caller, where that is one of ours', async () => {
    const get = await to(() => undefined);
    const reason = new SluiceError('TIMEOUT', 'the command took too long');
    await expect(open(get('/', { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });

  it('survives a broken body that is never read', async () => {
    const get = await to((request, response) => {
      const isBroken = request.url === '/broken';
      response.writeHead(200, isBroken ? { 'content-encoding': 'gzip' } : {}).end('this is no gzip');
    });
    const { response } = await open(get('/broken'));
    response.resume();
    expect((await send(get('/whole'), 100)).body.toString()).toBe('this is no gzip');
  });
});
