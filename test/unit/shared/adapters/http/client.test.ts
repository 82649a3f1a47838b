import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp } from '../../../../../shared/adapters/http/client.ts';
import { isSluiceError } from '../../../../../shared/errors.ts';

const http = createHttp();
const signal = new AbortController().signal;
/** What answers is given time, whatever else the machine does; what never does is given little. */
const limitsOf = (path: string) => ({
  maxBytes: 1_000,
  ...(['/silent', '/slow'].includes(path) ? { idleMs: 300, totalMs: 600 } : { idleMs: 20_000, totalMs: 30_000 }),
});
let server: Server;
let url: string;

const answers: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  '/whole': (_, response) => response.end('hello'),
  '/echo': (request, response) => response.end(JSON.stringify(request.headers)),
  '/exactly': (_, response) => response.end('x'.repeat(1_000)),
  '/too-large': (_, response) => response.end('x'.repeat(1_001)),
  '/bomb': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000))),
  '/gzip': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('zipped')),
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('12345', () => response.destroy());
  },
  '/silent': () => undefined,
  '/slow': (_, response) => {
    const timer = setInterval(() => response.write('.'), 100);
    response.once('close', () => clearInterval(timer));
  },
  '/moved': (_, response) => response.writeHead(302, { location: '/whole' }).end(),
  '/away': (_, response) => response.writeHead(302, { location: 'http://127.0.0.2:1/x' }).end(),
  '/round': (_, response) => response.writeHead(302, { location: '/round' }).end(),
  '/events': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(': hello\n\ndata: poll\n\nevent: x\ndata: a\ndata: b\n\ndata: unfinished');
  },
  '/cut-events': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': 100 });
    response.write('data: poll\n\n', () => response.destroy());
  },
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  http.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const ask = async (path: string, headers = {}) => {
  try {
    const { status, body } = await http.request({
      method: 'GET',
      url: path.startsWith('/') ? url + path : path,
      headers,
      signal,
      limits: limitsOf(path),
    });
    return `${status} ${body.toString().slice(0, 20)}`;
  } catch (error) {
    if (isSluiceError(error)) return error.code;
    throw error;
  }
};

describe('a request', () => {
  it.each([
    ['/whole', '200 hello'],
    ['/gzip', '200 zipped'],
    ['/moved', '200 hello'],
    ['/none', '404 '],
    ['/exactly', `200 ${'x'.repeat(20)}`],
    ['/too-large', 'LIMIT_EXCEEDED'],
    ['/bomb', 'LIMIT_EXCEEDED'],
    ['/cut', 'UNAVAILABLE'],
    ['/silent', 'TIMEOUT'],
    ['/slow', 'TIMEOUT'],
    ['/away', 'UNAVAILABLE'],
    ['/round', 'UNAVAILABLE'],
    ['http://127.0.0.1:1/', 'UNAVAILABLE'],
    ['http://example.com/', 'CONFIG_INVALID'],
    ['https://user:secret@example.com/', 'CONFIG_INVALID'],
  ])('of %s ends in %s', async (path, result) => {
    expect(await ask(path)).toBe(result);
  });

  it('is given up when its signal aborts', async () => {
    const stop = new AbortController();
    const asked = http.request({ method: 'GET', url: `${url}/silent`, signal: stop.signal, limits: limitsOf('') });
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('a stream of events', () => {
  const listen = async (path: string) => {
    const events: string[] = [];
    const opened: string[] = [];
    const onOpen = () => void opened.push('open');
    const ended = http.events({
      url: url + path,
      signal,
      idleMs: limitsOf(path).idleMs,
      onOpen,
      onEvent: (data) => void events.push(data),
    });
    const end = await ended.then(
      () => 'ended',
      (error: unknown) => (isSluiceError(error) ? error.code : 'thrown'),
    );
    return { events, opened, end };
  };

  it('gives the data of whole events and ends with the server', async () => {
    expect(await listen('/events')).toEqual({ events: ['poll', 'a\nb'], opened: ['open'], end: 'ended' });
  });

  it('rejects when it is cut, silent, or no stream', async () => {
    expect(await listen('/cut-events')).toEqual({ events: ['poll'], opened: ['open'], end: 'UNAVAILABLE' });
    expect((await listen('/silent')).end).toBe('TIMEOUT');
    expect((await listen('/whole')).end).toBe('UNAVAILABLE');
  });
});
