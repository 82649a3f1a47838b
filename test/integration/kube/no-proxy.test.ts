import { afterEach, expect, it } from 'vitest';
import { openTransport } from '../../../agent/kube/transport.ts';
import { accessTo, fixture, serveHttp, serveHttps, serveProxy } from './server.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const limits = { maxBytes: 10_000, idleMs: 20_000, totalMs: 30_000 };
// The certificate is for another name than the address.
const tls = { ca: fixture('ca.crt'), servername: 'api.example.com' };

// 0.0.0.0 leads to this machine, and is not one of the loopback addresses that never go to a proxy.
const host = '0.0.0.0';

it.each([
  ['http', '', true],
  ['https', '', true],
  ['http', '0.0.0.0/8', false],
  ['https', '0.0.0.0/8', false],
  ['http', 'example.com,0.0.0.0/30', false],
  ['https', 'example.com,0.0.0.0/30', false],
  ['http', '10.0.0.0/8', true],
  ['https', '10.0.0.0/8', true],
  ['http', '0.0.0.0:1', true],
])('over %s with NO_PROXY "%s", a request to the API server goes to the proxy: %s', async (scheme, none, isProxied) => {
  const serve = scheme === 'http' ? serveHttp : serveHttps;
  const server = await serve((request, response) => response.end(request.headers.host));
  const proxy = await serveProxy(server.port);
  cleanups.push(proxy.stop, server.stop);
  const address = `http://127.0.0.1:${proxy.port}`;
  const through = { https: address, http: address, none };
  const transport = openTransport(accessTo(`${scheme}://${host}:${server.port}`, { tls, proxy: through }));
  cleanups.push(() => transport.close());
  const { signal } = new AbortController();
  const answer = await transport.send({ method: 'GET', path: '/api', headers: {}, signal, limits });
  expect(answer.body.toString()).toBe(`${host}:${server.port}`);
  expect(proxy.hosts).toEqual(isProxied ? [`${host}:${server.port}`] : []);
});
