import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeCredentials } from '../../../agent/kube/access.ts';
import { openTransport } from '../../../agent/kube/transport.ts';
import { accessTo, fixture, serveHttps, serveProxy } from './server.ts';
import type { Listening } from './server.ts';

const limits = { maxBytes: 10_000, idleMs: 20_000, totalMs: 30_000 };
const ca = fixture('ca.crt');

/** The common name of the certificate that a client showed; null when it showed none. */
function nameOfClient(socket: unknown): string | null {
  if (!(socket instanceof TLSSocket)) return null;
  const { subject } = socket.getPeerCertificate() as { readonly subject?: { readonly CN: string } };
  return subject?.CN ?? null;
}

describe('TLS to an API server', () => {
  let server: Listening;
  beforeAll(async () => {
    server = await serveHttps((request, response) => {
      response.end(JSON.stringify({ client: nameOfClient(request.socket), host: request.headers.host }));
    });
  });
  afterAll(async () => server.stop());

  const get = async (host: string, credentials: Partial<KubeCredentials>): Promise<unknown> => {
    const transport = openTransport(accessTo(`https://${host}`, credentials));
    const { signal } = new AbortController();
    try {
      const { body } = await transport.send({ method: 'GET', path: '/', headers: {}, signal, limits });
      return JSON.parse(body.toString());
    } finally {
      transport.close();
    }
  };
  const local = (): string => `127.0.0.1:${server.port}`;

  it('trusts the CA of the kubeconfig, and nobody else', async () => {
    expect(await get(local(), { tls: { ca } })).toMatchObject({ client: null });
    await expect(get(local(), {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('shows a client certificate', async () => {
    const tls = { ca, cert: fixture('client.crt'), key: fixture('client.key') };
    expect(await get(local(), { tls })).toMatchObject({ client: 'agent' });
  });

  it('checks the name that the kubeconfig says instead of the address', async () => {
    expect(await get(local(), { tls: { ca, servername: 'api.example.com' } })).toMatchObject({ client: null });
    await expect(get(local(), { tls: { ca, servername: 'other.example.com' } })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('goes through an HTTP proxy to a host that only the proxy knows', async () => {
    const proxy = await serveProxy(server.port);
    const through = { https: `http://127.0.0.1:${proxy.port}` };
    expect(await get('api.example.com:6443', { tls: { ca }, proxy: through })).toMatchObject({
      host: 'api.example.com:6443',
    });
    expect(proxy.hosts).toEqual(['api.example.com:6443']);
    await proxy.stop();
  });

  it('goes directly where NO_PROXY says so', async () => {
    const proxy = { https: 'http://127.0.0.1:1', none: '127.0.0.1' };
    expect(await get(local(), { tls: { ca }, proxy })).toMatchObject({ client: null });
  });

  it('uses new credentials for the next request, and keeps the connection while they stay the same', async () => {
    let tls: KubeCredentials['tls'] = { ca };
    const access = { ...accessTo(`https://${local()}`), credentials: () => Promise.resolve({ headers: {}, tls }) };
    const transport = openTransport(access);
    const { signal } = new AbortController();
    const client = async (): Promise<unknown> => {
      const answer = await transport.send({ method: 'GET', path: '/', headers: {}, signal, limits });
      return (JSON.parse(answer.body.toString()) as { client: unknown }).client;
    };
    const before = server.connections();
    expect([await client(), await client()]).toEqual([null, null]);
    tls = { ca, cert: fixture('client.crt'), key: fixture('client.key') };
    expect([await client(), await client()]).toEqual(['agent', 'agent']);
    expect(server.connections() - before).toBe(2);
    transport.close();
  });
});
