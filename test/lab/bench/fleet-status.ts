import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HubClient } from '../../../hub/api/client.ts';
import type { World } from '../demo/world.ts';
import { quantile } from './figures.ts';
import { residentMiB } from './process.ts';

/** What is asked for its status, and where the figures go. */
export interface StatusScene {
  readonly world: World;
  readonly client: HubClient;
  readonly agents: number;
  /** Of the run: the hub's data folder is `hub` in it. */
  readonly folder: string;
  readonly add: (name: string, value: number, unit: string, note?: string) => void;
}

/** Rows of a page, as many as fit: one answer has at most 64 MiB, and a row about 600 bytes. */
const pageRows = '20000';

/** The status in few words, a page of it, and the whole; and what the hub takes by now. */
export async function measureStatus({ client, add, world, folder }: StatusScene): Promise<void> {
  const median = async (ask: () => Promise<unknown>): Promise<number> => {
    const samples: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const started = performance.now();
      await ask();
      samples.push(performance.now() - started);
    }
    return quantile(samples, 0.5);
  };
  add('fleet-status-ms', await median(() => joinedClusters(client)), 'ms', 'the whole, in pages through the API');
  add('fleet-status-summary-ms', await median(() => client.summary({})), 'ms');
  add('fleet-status-page-ms', await median(() => client.status({ limit: '500' })), 'ms', 'a page of 500 rows');
  add('fleet-hub-rss', await residentMiB(world.hub().pid), 'MiB');
  add('fleet-data-mib', (await folderBytes(join(folder, 'hub'))) / 2 ** 20, 'MiB', 'the data folder');
}

/** A hub that is killed and started again has told its whole status by then, or never will. */
const patienceMs = 300_000;

/** Kills the hub, starts it again, and asks until the whole status is there. */
export async function measureRestart({ world, client, add, agents }: StatusScene): Promise<void> {
  await world.hub().stop('SIGKILL');
  const started = performance.now();
  await world.startHub();
  const listens = performance.now() - started;
  for (;;) {
    const failed = (error: unknown) => {
      if (performance.now() - started > patienceMs) throw error;
      return null;
    };
    if ((await joinedClusters(client).catch(failed)) === agents) break;
  }
  const note = `until the whole status is told; listens after ${listens.toFixed(0)} ms`;
  add('fleet-restart-ms', performance.now() - started, 'ms', note);
}

/** Reads the whole status, and answers how many clusters have an agent. */
async function joinedClusters(client: HubClient): Promise<number> {
  let count = 0;
  for (let after: string | undefined = ''; after !== undefined;) {
    const page: Awaited<ReturnType<HubClient['status']>> = await client.status({
      limit: pageRows,
      ...(after !== '' && { continue: after }),
    });
    count += page.view.clusters.filter(({ state }) => state === 'joined').length;
    after = page.continue;
  }
  return count;
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
