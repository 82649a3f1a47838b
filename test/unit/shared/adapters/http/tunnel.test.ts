import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp, type HttpOptions } from '../../../../../shared/adapters/http/client.ts';
import { fixture, serveHttp, serveHttps, serveProxy, type Listening } from '../../../../integration/kube/server.ts';

const limits = { maxBytes: 10_000, idleMs: 20_000, totalMs: 30_000 };

describe('through a proxy', () => {
  let server: Listening;
  let plain: Listening;
  beforeAll(async () => {
    server = await serveHttps((request, response) => response.end(request.headers.host));
    plain = await serveHttp((request, response) => response.end(request.url));
  });
  afterAll(async () => {
    await server.stop();
    await plain.stop();
  });

  const ask = async (target: Listening, url: string, options: HttpOptions, times = 1) => {
    const proxy = await serveProxy(target.port);
    const address = `http://127.0.0.1:${proxy.port}`;
    const http = createHttp({ proxy: { https: address, http: address }, ...options });
    const { signal } = new AbortController();
    const answers: string[] = [];
    try {
      for (let time = 0; time < times; time += 1) {
        answers.push((await http.request({ method: 'GET', url, signal, limits })).body.toString());
      }
      return { answers, hosts: proxy.hosts };
    } finally {
      http.close();
      await proxy.stop();
    }
  };

  it('a server is checked against the names of its certificate', async () => {
    const ca = [fixture('ca.crt')];
    expect(await ask(server, 'https://api.example.com/', { ca })).toEqual({
      answers: ['api.example.com'],
      hosts: ['api.example.com:443'],
    });
    await expect(ask(server, 'https://other.example.com/', { ca })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(ask(server, 'https://api.example.com/', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('a server with the one certificate that is expected may have any name', async () => {
    const certificate = fixture('server.crt');
    expect((await ask(server, 'https://other.example.com/', { certificate })).answers).toEqual(['other.example.com']);
    const another = fixture('client.crt');
    await expect(ask(server, 'https://api.example.com/', { certificate: another })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('one tunnel serves several requests', async () => {
    const { answers, hosts } = await ask(server, 'https://api.example.com/', { ca: [fixture('ca.crt')] }, 3);
    expect(answers).toHaveLength(3);
    expect(hosts).toEqual(['api.example.com:443']);
  });

  it('plain HTTP is asked of the proxy, with path and query', async () => {
    const { answers, hosts } = await ask(plain, 'http://git.example.com/a?b=c', { allowPlain: true });
    expect(hosts).toEqual(['git.example.com']);
    expect(answers).toEqual(['/a?b=c']);
  });

  it('a proxy that opens no tunnel is UNAVAILABLE', async () => {
    // A server that is no proxy closes what it does not know.
    const { signal } = new AbortController();
    const http = createHttp({ proxy: { https: `http://127.0.0.1:${plain.port}` } });
    const asked = http.request({ method: 'GET', url: 'https://api.example.com/', signal, limits });
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    http.close();
  });
});
