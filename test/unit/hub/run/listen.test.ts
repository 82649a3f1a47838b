import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenAgain } from '../../../../hub/run/listen.ts';
import type { HubServer } from '../../../../hub/server/server.ts';
import { SluiceError } from '../../../../shared/errors.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'listen-'));
});
afterEach(() => rm(data, { recursive: true }));

interface Facts {
  readonly taken?: readonly number[];
  readonly code?: 'UNAVAILABLE' | 'CONFIG_INVALID';
  readonly publicUrl?: string;
  readonly clusters?: boolean;
}

/** Listens, and gives the port, the warnings, and the port that is remembered then. */
async function listen(configured: number, facts: Facts = {}) {
  const { taken = [], code = 'UNAVAILABLE', publicUrl = null, clusters = true } = facts;
  const warnings: unknown[] = [];
  const start = (port: number): Promise<HubServer> =>
    taken.includes(port)
      ? Promise.reject(new SluiceError(code, 'no'))
      : Promise.resolve({ url: `http://127.0.0.1:${port === 0 ? 50_000 : port}` } as HubServer);
  const config = { data, listen: { host: '127.0.0.1', port: configured, tls: null, publicUrl } };
  const log = { warn: (_: string, fields?: object) => void warnings.push(fields) };
  const server = await listenAgain(config, { start, log, hasClusters: () => Promise.resolve(clusters) });
  const remembered = await readFile(join(data, 'hub.port'), 'utf8');
  return { port: Number(new URL(server.url).port), warnings, remembered: Number(remembered) };
}

const remember = (text: string): Promise<void> => writeFile(join(data, 'hub.port'), text);

describe('where a hub listens', () => {
  it('on a free port first, which it remembers', async () => {
    expect(await listen(0)).toEqual({ port: 50_000, warnings: [], remembered: 50_000 });
  });

  it('on the port of before', async () => {
    await remember('41123\n');
    expect(await listen(0)).toEqual({ port: 41_123, warnings: [], remembered: 41_123 });
  });

  it('on the port that is configured, with a warning where agents were told another', async () => {
    await remember('41123\n');
    expect(await listen(8443)).toMatchObject({
      port: 8443,
      warnings: [{ before: 41_123, now: 8443 }],
      remembered: 8443,
    });
    expect((await listen(8443)).warnings).toEqual([]);
  });

  it('on any other while that of before is taken, with a warning, and tries it again', async () => {
    await remember('41123\n');
    const there = await listen(0, { taken: [41_123] });
    expect(there).toMatchObject({ port: 50_000, warnings: [{ before: 41_123, now: 50_000 }], remembered: 41_123 });
    expect((await listen(0)).port).toBe(41_123);
  });

  it.each(['', 'x\n', '0\n', '70000\n', '-1'])('on a free one where the file says %j', async (text) => {
    await remember(text);
    expect((await listen(0)).remembered).toBe(50_000);
  });

  it.each([{ publicUrl: 'https://hub.example.com' }, { clusters: false }])(
    'without a warning where no agent was told the port: %j',
    async (facts) => {
      await remember('41123\n');
      expect((await listen(0, { ...facts, taken: [41_123] })).warnings).toEqual([]);
    },
  );

  it('nowhere where the configured port is taken, or something else is wrong', async () => {
    await remember('41123\n');
    await expect(listen(8443, { taken: [8443] })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(listen(0, { taken: [41_123], code: 'CONFIG_INVALID' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});
