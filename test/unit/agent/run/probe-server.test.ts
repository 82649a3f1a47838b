import { afterEach, expect, it } from 'vitest';
import { serveProbes } from '../../../../agent/run/probe-server.ts';

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

it('answers 200 for what is well, 503 for what is not, and 404 for everything else', async () => {
  const pages = { '/livez': () => ({ ok: true, why: 'alive' }), '/readyz': () => ({ ok: false, why: 'no lease' }) };
  const server = await serveProbes({ host: '127.0.0.1', port: 0 }, pages);
  open.push(server);
  const ask = async (path: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return [answer.status, await answer.text()];
  };
  expect(await ask('/livez')).toEqual([200, 'alive\n']);
  expect(await ask('/readyz')).toEqual([503, 'no lease\n']);
  expect(await ask('/other')).toEqual([404, 'no such page\n']);
  expect(await ask('/constructor')).toEqual([404, 'no such page\n']);
  expect(await ask('/livez', 'POST')).toEqual([404, 'no such page\n']);
});

it('says UNAVAILABLE when the address is taken', async () => {
  const first = await serveProbes({ host: '127.0.0.1', port: 0 }, {});
  open.push(first);
  await expect(serveProbes({ host: '127.0.0.1', port: first.port }, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
