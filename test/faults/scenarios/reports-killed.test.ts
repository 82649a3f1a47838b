import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hubClient } from '../../../hub/api/client.ts';
import { dataFolders } from '../../../hub/config/data-folder.ts';
import { openReportStore } from '../../../hub/store/reports/store.ts';
import { createHttp } from '../../../shared/adapters/http/client.ts';
import { silentLog } from '../../fakes/agent.ts';
import { fleetFiles, labelsOf } from '../../lab/bench/fleet-documents.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { startWorld, type World } from '../../lab/demo/world.ts';
import { fleetAgent, type FleetAgent } from '../../lab/fleet/agent.ts';

const names = Array.from({ length: 12 }, (_, index) => `site-${index}`);
const kinds = ['whole', 'change', 'heartbeat', 'change', 'change', 'heartbeat'] as const;
const { signal } = new AbortController();
let folder: string;
let world: World;
let agents: readonly FleetAgent[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-storm-'));
  world = await startWorld({ folder });
  await world.config.push(fleetFiles(3, 0, 'all'), 'begin');
  const http = createHttp();
  const client = hubClient(http, { url: world.hubUrl, token: await world.adminToken() }, signal);
  const joined = await Promise.all(
    names.map((name, index) => client.join({ name, labels: labelsOf(index, names.length), transport: 'feed' })),
  );
  agents = joined.map(({ line }) => fleetAgent(line, createHttp()));
  await Promise.all(agents.map((agent) => agent.enrol(signal)));
  for (const agent of agents)
    await waitFor('a bundle', async () => (await agent.pull(signal).catch(() => false)) || undefined);
}, 60_000);
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

it(
  'loses no report that it acknowledged when it is killed in the middle of a storm of them',
  { timeout: 120_000 },
  async () => {
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < 3; round += 1) {
      let [count, isOver] = [0, false];
      const storm = agents.map(async (agent) => {
        for (let turn = 0; !isOver; turn += 1) {
          const sequence = await agent.report(signal, kinds[turn % kinds.length]).catch(() => null);
          if (sequence === null) continue;
          acknowledged.set(agent.registration, sequence);
          count += 1;
        }
      });
      await waitFor('reports to be acknowledged', () => count > 150 || undefined);
      await world.hub().stop('SIGKILL');
      isOver = true;
      await Promise.all(storm);
      const store = openReportStore(join(world.dataFolder, dataFolders.reports), silentLog);
      const stored = new Map((await store.load()).map(({ report }) => [report.registration, report.sequence]));
      await store.close();
      expect([...stored.keys()].sort()).toEqual([...acknowledged.keys()].sort());
      for (const [registration, sequence] of acknowledged)
        expect(stored.get(registration), registration).toBeGreaterThanOrEqual(sequence);
      await world.startHub();
    }
  },
);
