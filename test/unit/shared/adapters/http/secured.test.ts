import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp } from '../../../../../shared/adapters/http/client.ts';
import { openConnections } from '../../../../../shared/adapters/http/connections.ts';
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
    ['directly', () => ({})],
    ['through a proxy', () => ({ proxy: { https: `http://127.0.0.1:${proxy.port}` } })],
  ])('fail the request and nothing else, %s', async (_, more) => {
    const broken = fixture('ca.crt').replace('MII', '!!!');
    const http = createHttp({ ca: [broken], ...more() });
    const { signal } = new AbortController();
    const limits = { maxBytes: 1_000, idleMs: 5_000, totalMs: 5_000 };
    const asked = http.request({ method: 'GET', url: 'https://api.example.com/', signal, limits });
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    http.close();
  });
});
