import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HubServer } from '../../../hub/server/server.ts';
import { listen, memoryHub, webhookSecret } from '../../fakes/hub.ts';
import { now, stateOf } from '../../fixtures/hub/status.ts';

/** Lines with the ends that HTTP has. */
const lines = (...some: readonly string[]): string => some.join('\r\n');
const post = (...headers: readonly string[]): string =>
  lines('POST /v1/webhook HTTP/1.1', 'Host: hub', `X-Gitlab-Token: ${webhookSecret}`, ...headers, '', '');
const get = (target = '/healthz', ...headers: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, 'Host: hub', ...headers, '', '');
const smuggled = get('/smuggled');

interface Attack {
  readonly bytes: string;
  /** The statuses of all answers until the hub closes the connection. */
  readonly statuses: readonly number[];
}

/** Requests that two readers may take for different ones: each is refused, and nothing after it is read. */
const ambiguous: Readonly<Record<string, string>> = {
  'a length and chunks': post('Content-Length: 4', 'Transfer-Encoding: chunked') + `0\r\n\r\n${smuggled}`,
  'chunks and a length': post('Transfer-Encoding: chunked', 'Content-Length: 4') + `0\r\n\r\n${smuggled}`,
  'two lengths': post('Content-Length: 0', `Content-Length: ${smuggled.length}`) + smuggled,
  'the same length twice': post('Content-Length: 2', 'Content-Length: 2') + `{}${smuggled}`,
  'a list of lengths': post('Content-Length: 2, 2') + `{}${smuggled}`,
  'a negative length': post('Content-Length: -1') + smuggled,
  'a length with a sign': post('Content-Length: +2') + `{}${smuggled}`,
  'a hexadecimal length': post('Content-Length: 0x2') + `{}${smuggled}`,
  'a length beyond all numbers': post(`Content-Length: ${'9'.repeat(40)}`) + smuggled,
  'chunks that are not the last coding': post('Transfer-Encoding: chunked, identity') + `0\r\n\r\n${smuggled}`,
  'a coding that is not known': post('Transfer-Encoding: xchunked') + `0\r\n\r\n${smuggled}`,
  'a coding with a space before its colon': post('Transfer-Encoding : chunked') + `0\r\n\r\n${smuggled}`,
  'a header in two lines': post('X-A: 1', ' Transfer-Encoding: chunked') + smuggled,
  'a header with a NUL': post('X-A: \0') + smuggled,
  'a header without a colon': post('X-A') + smuggled,
  'a carriage return in a header': post('X-A: 1\rTransfer-Encoding: chunked') + smuggled,
  'a negative chunk': post('Transfer-Encoding: chunked') + `-1\r\n\r\n${smuggled}`,
  'a chunk with a prefix': post('Transfer-Encoding: chunked') + `0x2\r\n{}\r\n0\r\n\r\n${smuggled}`,
  'a chunk beyond all numbers': post('Transfer-Encoding: chunked') + `${'F'.repeat(30)}\r\n{}\r\n0\r\n\r\n${smuggled}`,
  'a chunk that is longer than it says': post('Transfer-Encoding: chunked') + `1\r\n{}\r\n0\r\n\r\n${smuggled}`,
  'lines that end with a line feed alone': `POST /v1/webhook HTTP/1.1\nHost: hub\nContent-Length: 0\n\n${smuggled}`,
  'no host': lines('GET /healthz HTTP/1.1', '', '') + smuggled,
  'a version that is not known': lines('GET /healthz HTTP/3.0', 'Host: hub', '', ''),
  'the start of HTTP/2': lines('PRI * HTTP/2.0', '', 'SM', '', ''),
  'a method that is not known': lines('FETCH /healthz HTTP/1.1', 'Host: hub', '', ''),
  'TLS where there is none': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
};

const attacks: Readonly<Record<string, Attack>> = {
  ...Object.fromEntries(Object.entries(ambiguous).map(([name, bytes]) => [name, { bytes, statuses: [400] }])),
  'headers of 17 KiB': { bytes: get('/healthz', `X-A: ${'a'.repeat(17 * 1024)}`), statuses: [431] },
  'a target of 17 KiB': { bytes: get(`/${'a'.repeat(17 * 1024)}`), statuses: [431] },
  'very many headers': { bytes: get('/healthz', ...Array.from({ length: 4_000 }, () => 'A: b')), statuses: [431] },
  'extensions of a chunk without an end': {
    bytes: `${post('Transfer-Encoding: chunked')}1;${'a'.repeat(64 * 1024)}`,
    statuses: [400],
  },
  'a body that says it is too long': { bytes: post(`Content-Length: ${1024 * 1024 + 1}`), statuses: [413] },
  'chunks that come to too much': {
    bytes: post('Transfer-Encoding: chunked') + `10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(17),
    statuses: [413],
  },
  'a tunnel': { bytes: lines('CONNECT other.example:443 HTTP/1.1', 'Host: other.example:443', '', ''), statuses: [] },
  'a client of the first days': { bytes: 'GET /healthz\r\n\r\n', statuses: [200] },
  'an old client': { bytes: lines('GET /healthz HTTP/1.0', '', ''), statuses: [200] },
  'an expectation that is not known': {
    bytes: post('Expect: 200-maybe', 'Content-Length: 2', 'Connection: close'),
    statuses: [417],
  },
  // It is the path that counts, and who may ask for it.
  'the address of another server': {
    bytes: get('http://other.example/v1/status', 'Connection: close'),
    statuses: [401],
  },
  'no address': { bytes: lines('OPTIONS * HTTP/1.1', 'Host: hub', 'Connection: close', '', ''), statuses: [404] },
  'an upgrade to a socket': {
    bytes: get('/healthz', 'Upgrade: websocket', 'Connection: upgrade, close', 'Sec-WebSocket-Key: x'),
    statuses: [200],
  },
  'an upgrade to HTTP/2': {
    bytes: get('/healthz', 'Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings, close', 'HTTP2-Settings: x'),
    statuses: [200],
  },
  'fifty requests at once': {
    bytes: get().repeat(49) + get('/healthz', 'Connection: close'),
    statuses: Array.from({ length: 50 }, () => 200),
  },
  'a good request before a wrong one': { bytes: `${get()}${ambiguous['two lengths'] ?? ''}`, statuses: [200, 400] },
  'headers that never end': { bytes: lines('GET /healthz HTTP/1.1', 'Host: hub', 'X-A: '), statuses: [408] },
  'a body that never comes': { bytes: `${post('Content-Length: 100')}{`, statuses: [408] },
  'a body that is announced and never comes': {
    bytes: post('Expect: 100-continue', 'Content-Length: 100'),
    statuses: [100, 408],
  },
  'a chunk that never ends': { bytes: `${post('Transfer-Encoding: chunked')}5\r\n{`, statuses: [408] },
  'nothing after a request': { bytes: get(), statuses: [200] },
};

/** Short times: what is cut after them is cut by the hub, as it would be after the usual ones. */
const times = { headersMs: 500, requestMs: 700, keepAliveMs: 300, silentMs: 1_000, checkMs: 50 };

describe('a connection of a stranger', () => {
  let server: HubServer;
  let sockets: Socket[];
  /** Connections of the hub that some process has open (an inode that is not 0), without the one that listens: the table of proc_net_tcp(5). */
  const openConnections = (): number => {
    const port = Number(new URL(server.url).port).toString(16).toUpperCase().padStart(4, '0');
    const rows = readFileSync('/proc/self/net/tcp', 'latin1')
      .split('\n')
      .slice(1)
      .map((row) => row.trim().split(/\s+/u));
    return rows.filter(([, local, , state, , , , , , inode]) => {
      return local?.endsWith(`:${port}`) === true && state !== '0A' && inode !== '0';
    }).length;
  };
  const open = async (): Promise<Socket> => {
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  /** All that the hub says until it closes the connection. */
  const said = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    // What is sent after the hub has closed is answered with a reset.
    await new Promise<void>((resolve) => socket.on('end', resolve).on('close', () => resolve()));
    return text;
  };
  // With times as short as these a busy machine may cut an honest caller, too: it asks again, as callers do.
  const answered = async (): Promise<number> => {
    for (let tries = 1; ; tries += 1) {
      const answer = await fetch(`${server.url}/healthz`, { headers: { connection: 'close' } }).catch(() => null);
      if (answer?.status === 200 || tries === 5) return answer?.status ?? 0;
    }
  };

  beforeAll(async () => {
    server = await listen(await memoryHub(stateOf([]), now), times);
  });
  afterAll(async () => {
    // None of the fifty connections stays open.
    while (openConnections() > 0) await new Promise(setImmediate);
    await server.close();
  });
  beforeEach(() => {
    sockets = [];
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
  });

  it.each(Object.entries(attacks))(
    'is answered or closed, and others are answered meanwhile: %s',
    async (_, attack) => {
      const socket = await open();
      const text = said(socket);
      socket.write(attack.bytes, 'latin1');
      expect(await answered()).toBe(200);
      const statuses = [...(await text).matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
      expect(statuses).toEqual(attack.statuses);
    },
  );

  it('is closed when it says nothing', async () => {
    const text = said(await open());
    // The table names it while it is open: what is asked of it in the end can fail.
    while (openConnections() === 0) await new Promise(setImmediate);
    expect(await answered()).toBe(200);
    await text;
  });

  it.each([
    ['in the middle of its headers', lines('GET /healthz HTTP/1.1', 'Host: h'), []],
    ['after a request, which is answered', get(), [200]],
  ])('is closed when its caller has ended %s', async (_, bytes, expected) => {
    const socket = await open();
    const text = said(socket);
    socket.end(bytes);
    const statuses = [...(await text).matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
    expect(statuses.filter((status) => status !== 400)).toEqual(expected);
  });

  it('is closed when its caller does not read what it asked for', async () => {
    const socket = await open();
    socket.pause();
    socket.write(get('/v1/openapi.json').repeat(500));
    expect(await answered()).toBe(200);
    const isCut = (): boolean => socket.destroyed || socket.errored !== null;
    while (!isCut()) {
      // A write tells what a reader would have been told.
      socket.write(' ');
      await new Promise(setImmediate);
    }
    expect(isCut()).toBe(true);
  });
});
