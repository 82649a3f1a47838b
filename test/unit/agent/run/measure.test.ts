import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMeasure } from '../../../../agent/run/measure.ts';
import { createHttp } from '../../../../shared/adapters/http/client.ts';

const vector = (...values: readonly string[]) => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1_700_000_000, value] })) },
});

/** What a server of metrics answers to each query. */
const answers: Readonly<Record<string, readonly [status: number, body: unknown]>> = {
  one: [200, vector('0.25')],
  scalar: [200, { status: 'success', data: { resultType: 'scalar', result: [1_700_000_000, '3'] } }],
  none: [200, vector()],
  two: [200, vector('1', '2')],
  nan: [200, vector('NaN')],
  range: [200, { status: 'success', data: { resultType: 'matrix', result: [] } }],
  wrong: [400, { status: 'error', errorType: 'bad_data', error: 'parse error' }],
  text: [200, 'not JSON'],
};

describe('a query of a server of metrics', () => {
  const http = createHttp({ allowPlain: true });
  const asked: string[] = [];
  let server: Server;
  let address = '';
  const { signal } = new AbortController();

  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://here');
      asked.push(url.pathname);
      const query = url.searchParams.get('query') ?? '';
      if (query === 'elsewhere') response.writeHead(302, { location: 'http://127.0.0.1:9/api/v1/query' }).end();
      const [status, body] = answers[query] ?? [404, ''];
      if (query !== 'elsewhere') response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    http.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each<[string, object]>([
    ['one', { value: 0.25 }],
    ['scalar', { value: 3 }],
    ['none', { missing: 'the query finds nothing' }],
    ['two', { missing: 'the query gives 2 values, and one is compared' }],
    ['nan', { missing: 'the query gives no number' }],
    ['range', { missing: 'the query gives a matrix' }],
    ['wrong', { missing: expect.stringMatching(/answered with status 400$/) as string }],
    ['text', { missing: expect.any(String) as string }],
    ['elsewhere', { missing: expect.stringContaining('redirects elsewhere') as string }],
  ])('answers %s', async (query, expected) => {
    expect(await openMeasure(http, [address])(address, query, signal)).toEqual(expected);
  });

  it('is asked below the path of its address', async () => {
    await openMeasure(http, [address])(`${address}/prometheus/`, 'one', signal);
    expect(asked.at(-1)).toBe('/prometheus/api/v1/query');
  });

  it('says that a server is not there', async () => {
    const nothing = 'http://127.0.0.1:9';
    const answer = await openMeasure(http, [nothing])(nothing, 'one', signal);
    expect(answer).toEqual({ missing: expect.stringContaining('127.0.0.1:9') as string });
  });

  it.each<[string, (allowed: string) => string, boolean]>([
    ['the very address', (allowed) => allowed, true],
    ['what is below it', (allowed) => `${allowed}/select/0`, true],
    ['what only begins alike', (allowed) => `${allowed}-other`, false],
    ['another port', () => 'http://127.0.0.1:1/metrics', false],
    ['another scheme', (allowed) => allowed.replace('http:', 'ftp:'), false],
    ['credentials', (allowed) => allowed.replace('//', '//ann:secret@'), false],
    ['what climbs out of it', (allowed) => `${allowed}/../..`, false],
  ])('is allowed for %s', async (_, from, isAllowed) => {
    const before = asked.length;
    const allowed = `${address}/metrics`;
    await openMeasure(http, [allowed])(from(allowed), 'one', signal);
    expect(asked.length - before).toBe(isAllowed ? 1 : 0);
  });
});
