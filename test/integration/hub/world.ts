import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hubClient, type HubClient } from '../../../hub/api/client.ts';
import { readAccess, readSecret } from '../../../hub/config/data-folder.ts';
import { hubConfig } from '../../../hub/config/config.ts';
import type { HubFile } from '../../../hub/config/schema.ts';
import { startHub, type RunningHub } from '../../../hub/run/hub.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { createHttp, type HttpClient } from '../../../shared/adapters/http/client.ts';
import { createLog } from '../../../shared/adapters/log.ts';

/** A hub in this process over a plain folder, with the real server, stores and client; nothing is scheduled. */
export interface HubWorld {
  readonly folder: string;
  readonly data: string;
  readonly http: HttpClient;
  readonly hub: () => RunningHub;
  readonly client: () => HubClient;
  readonly adminToken: () => Promise<string>;
  readonly webhookSecret: () => Promise<string>;
  /** Writes files of the config folder (null = delete), tells the hub by a signed webhook, and waits for the pass. */
  readonly change: (files: Readonly<Record<string, string | null>>) => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly logged: () => string;
  readonly close: () => Promise<void>;
}

/** Starts a hub on a free loopback port. */
export async function startHubWorld(
  files: Readonly<Record<string, string>>,
  more: Partial<HubFile> = {},
): Promise<HubWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-hub-'));
  const [config, data] = [join(folder, 'config'), join(folder, 'data')];
  const http = createHttp();
  let lines = '';
  const log = createLog({ level: 'debug', format: 'json', write: (line) => (lines += line) });
  const put = async (path: string, text: string | null) => {
    const target = join(config, path);
    if (text === null) return rm(target);
    await mkdir(dirname(target), { recursive: true });
    return writeFile(target, text);
  };
  for (const [path, text] of Object.entries(files)) await put(path, text);
  const start = async () => {
    const hub = await startHub(hubConfig({ source: { dir: config }, data, ...more }, false), {
      clock: systemClock,
      random: () => 0.5,
      log,
      version: '0.0.0',
      schedule: () => () => undefined,
      createHttp,
    });
    await hub.idle();
    return hub;
  };
  let hub = await start();
  let access = await readAccess(data);
  const webhookSecret = () => readSecret(join(data, 'webhook-secret'));
  return {
    folder,
    data,
    http,
    hub: () => hub,
    client: () => hubClient(http, access, AbortSignal.timeout(20_000)),
    adminToken: () => Promise.resolve(access.token),
    webhookSecret,
    change: async (changed) => {
      for (const [path, text] of Object.entries(changed)) await put(path, text);
      const headers = { 'x-gitlab-token': await webhookSecret() };
      await fetch(`${hub.url}/v1/webhook`, { method: 'POST', headers, body: '{}' });
      await hub.idle();
    },
    restart: async () => {
      await hub.close();
      hub = await start();
      access = await readAccess(data);
    },
    logged: () => lines,
    close: async () => {
      await hub.close();
      http.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
