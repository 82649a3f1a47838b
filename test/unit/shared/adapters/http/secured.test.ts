import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnections } from '../../../../../shared/adapters/http/connections.ts';
import { open } from '../../../../../shared/adapters/http/exchange.ts';
import { secured } from '../../../../../shared/adapters/http/secured.ts';
import { fixture, serveHttps, serveProxy, type Listening } from '../../../../integration/kube/server.ts';

const tls = {
  ca: [fixture('ca.crt')],
  cert: fixture('client.crt'),
  key: fixture('client.key'),
  servername: 'api.example.com',
  rejectUnauthorized: true,
};

describe('the certificates of an identity', () => {
  it('are read once, and not before they are needed', () => {
    const { checks, context } = secured(tls);
    expect(context()).toBe(context());
    expect(checks).toEqual({ servername: 'api.example.com', rejectUnauthorized: true });
    const wrong = secured({ ...tls, cert: 'not a certificate' });
    expect(() => wrong.context()).toThrow();
  });

  it.each([
    ['directly', {}],
    ['through a proxy', { https: 'http://127.0.0.1:3128' }],
  ])('are not in what an agent compares with every request, %s', (_, proxies) => {
    const connections = openConnections({}, tls, proxies);
    const { agent } = connections.routeTo(new URL('https://127.0.0.1/'));
    const { options } = agent as unknown as { readonly options: object };
    expect(options).toMatchObject({ servername: 'api.example.com', rejectUnauthorized: true });
    expect(Object.keys(options)).not.toEqual(expect.arrayContaining(['ca']));
    expect(Object.keys(options)).not.toEqual(expect.arrayContaining(['cert']));
    connections.close();
  });
});

describe('certificates that cannot be read', () => {
  let server: Listening;
  let proxy: Listening;
  beforeAll(async () => {
    server = await serveHttps((_, response) => response.end());
    proxy = await serveProxy(server.port);
  });
  afterAll(async () => {
    await server.stop();
    await proxy.stop();
  });

  it.each([
    ['directly', () => ({ address: `https://localhost:${server.port}/`, proxies: {} })],
    [
      'through a proxy',
      () => ({ address: 'https://api.example.com/', proxies: { https: `http://127.0.0.1:${proxy.port}` } }),
    ],
  ])('fail the request and nothing else, %s', async (_, place) => {
    const { address, proxies } = place();
    const url = new URL(address);
    const connections = openConnections({}, { ...tls, cert: 'not a certificate' }, proxies);
    const { signal } = new AbortController();
    const route = connections.routeTo(url);
    const common = { method: 'GET', url, headers: {}, route, signal, idleMs: 20_000, subject: 'a request' };
    await expect(open(common)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    connections.close();
  });
});
