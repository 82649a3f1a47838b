import { expect, it } from 'vitest';
import { createHttp } from '../../../../../shared/adapters/http/client.ts';

it('leaves no timer behind for a request that is refused before it is sent: a command ends at once', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const http = createHttp();
  const limits = { maxBytes: 1_000, idleMs: 1_000, totalMs: 60_000 };
  const { signal } = new AbortController();
  const before = timers();
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const refused = http.request({ method: 'GET', url: 'http://192.0.2.1/', limits, signal });
    await expect(refused).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  }
  // The runner of the tests has a few of its own in this thread.
  expect(timers() - before).toBeLessThan(25);
  http.close();
});
