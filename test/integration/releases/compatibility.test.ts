import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolders } from '../../../hub/config/data-folder.ts';
import { openReportStore } from '../../../hub/store/reports/store.ts';
import { silentLog } from '../../fakes/agent.ts';
import type { StatusRow, StatusView } from '../../../hub/api/status.ts';
import { git } from '../../fakes/git.ts';
import { startCluster, type EmbeddedCluster } from '../../lab/cluster/cluster.ts';
import { openClusterView, type ClusterView } from '../../lab/demo/cluster-view.ts';
import { startWorld, type World } from '../../lab/demo/world.ts';
import { clusterYaml, deploymentOf, webApp } from '../scenarios/documents.ts';
import { unpackRelease, type Release } from './release.ts';

/** How the agent of each site pulls. */
const sites = { 'by-feed': 'feed', 'by-git': 'git' } as const;
const everyLabel = '{ labels: { env: test }, pick: all }';
const names = Object.keys(sites) as (keyof typeof sites)[];
const deployment = (revision: string): string => `apps/Deployment/default/web-${revision}`;
const service = (revision: string): string => `/Service/default/web-${revision}`;

const today: Release = { hub: 'hub/main.ts', agent: 'agent/main.ts' };
let folder: string;
let released: Release;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-releases-'));
  released = await unpackRelease('0.1.0', join(folder, 'release'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['an agent of release 0.1.0 and the hub of today', 'old-agent', 1, () => ({ hub: today.hub, agent: released.agent })],
  ['the agent of today and a hub of release 0.1.0', 'old-hub', 1, () => ({ hub: released.hub, agent: today.agent })],
  ['the agent and the hub of today', 'today', 2, () => today],
] as const)('%s, over the feed and over Git', { timeout: 120_000 }, (_, part, format, programs) => {
  let world: World;
  const clusters = new Map<string, EmbeddedCluster>();
  const views = new Map<string, ClusterView>();
  const onEach = (act: (view: ClusterView) => Promise<unknown>) => Promise.all([...views.values()].map(act));
  const rowsOf = ({ applications }: StatusView, wanted: (row: StatusRow) => boolean) =>
    applications.filter(wanted).map(({ cluster }) => cluster);
  const isSettled = ({ clusters: all }: StatusView) =>
    all.every((one) => one.settled && one.acceptedGeneration === one.generation);
  const everywhere = (status: StatusView, wanted: (row: StatusRow) => boolean) =>
    isSettled(status) && rowsOf(status, wanted).length === names.length;
  const release = (image: string, revisions: readonly [name: string, weight: number][]) =>
    world.config.push(
      {
        'web.yaml': webApp('web', image),
        'live.yaml': deploymentOf(
          'live',
          revisions.map(([name, weight]) => ({ name, weight, replicas: 2 })),
          everyLabel,
        ),
      },
      image,
    );

  beforeAll(async () => {
    const { hub: hubEntry, agent: agentEntry } = programs();
    world = await startWorld({ folder: join(folder, part), hubEntry, agentEntry, agentArgs: ['--log-level', 'debug'] });
    const documents = names.map((name) => [`${name}.yaml`, clusterYaml(name, { env: 'test' })] as const);
    await world.config.push(Object.fromEntries(documents), 'clusters');
    for (const name of names) {
      const cluster = await startCluster({ name });
      clusters.set(name, cluster);
      views.set(name, openClusterView(cluster.kubeconfig));
      await world.join({ name, kubeconfig: cluster.kubeconfig, transport: sites[name] });
    }
  });
  afterAll(async () => {
    for (const view of views.values()) view.close();
    await (world as World | undefined)?.stop();
    for (const cluster of clusters.values()) await cluster.stop();
  });

  it('deliver an application, and the report says that it is healthy', async () => {
    await release('example/web:v1', [['web-v1', 100]]);
    const status = await world.untilStatus('version 1 everywhere', (now) =>
      everywhere(now, ({ applied, health }) => applied && health === 'Healthy'),
    );
    expect(rowsOf(status, () => true).sort()).toEqual(names);
    expect(status.problems).toEqual([]);
  });

  it('change it, move its traffic, and delete what is left of the revision before', async () => {
    await release('example/web:v2', [['web-v2', 100]]);
    await world.untilStatus('version 2 everywhere', (now) =>
      everywhere(
        now,
        (row) => row.health === 'Healthy' && row.applied && row.revisions.some(({ name }) => name === 'web-v2'),
      ),
    );
    await onEach(async (view) => {
      await view.until(deployment('v2'), 'there', () => true);
      await view.untilGone(deployment('v1'));
      await view.untilGone(service('v1'));
    });
  });

  it('agree on the newest format that both speak', async () => {
    for (const name of names) {
      const bare = join(world.dataFolder, 'channel.git');
      const text = await git(bare, 'show', `refs/heads/clusters/${name}:revision.json`);
      expect((JSON.parse(text) as { readonly format: number }).format).toBe(format);
    }
  });

  it('report in the newest format that both speak', async () => {
    expect(await reportFormats(join(world.dataFolder, dataFolders.reports))).toEqual([format, format]);
  });

  it('repair what somebody else deletes', async () => {
    await onEach(async (view) => {
      const { kube } = view;
      const { metadata } = await view.until(service('v2'), 'there', () => true);
      const signal = AbortSignal.timeout(10_000);
      const resource = await kube.resource({ group: '', kind: 'Service' }, signal);
      const options = { uid: metadata.uid ?? '', propagation: 'Background', signal } as const;
      await kube.delete({ resource, namespace: 'default', name: metadata.name }, options);
      await view.until(service('v2'), 'there again', (again) => again.metadata.uid !== metadata.uid);
    });
    await world.untilStatus('all settled again', isSettled);
  });

  it.runIf(part === 'old-agent')('go on where a history begins anew', { timeout: 300_000 }, async () => {
    const lowest = ({ clusters: all }: StatusView) => Math.min(...all.map(({ generation }) => generation ?? 0));
    for (let [now, replicas] = [lowest(await world.status()), 2]; now <= 17;) {
      replicas = 3 - replicas;
      const revisions = [{ name: 'web-v2', weight: 100, replicas }];
      await world.config.push({ 'live.yaml': deploymentOf('live', revisions, everyLabel) }, `${replicas} replicas`);
      now = lowest(await world.untilStatus('the next generation', (status) => lowest(status) > now));
    }
    await world.untilStatus('the last of them everywhere', isSettled);
    for (const name of names) {
      const length = await git(join(world.dataFolder, 'channel.git'), 'rev-list', '--count', `clusters/${name}`);
      expect(Number(length)).toBeLessThan(16);
    }
  });

  it('leave no agent and no hub that ended or refused what the other said', async () => {
    for (const name of names) {
      const agent = world.agent(name);
      expect(agent.isRunning()).toBe(true);
      const lines = (await readFile(agent.logFile, 'utf8')).split('\n');
      expect(lines.filter((line) => /expected shape|is unknown here/.test(line))).toEqual([]);
    }
    expect(world.hub().isRunning()).toBe(true);
    const { clusters: all } = await world.status();
    expect(all.map(({ conditions }) => conditions)).toEqual([[], []]);
  });
});

/** The formats of the reports that a hub stored: a hub of release 0.1.0 has a file for each. */
async function reportFormats(folder: string): Promise<number[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  if (files.length > 0) {
    const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
    return texts.map((text) => (JSON.parse(text) as { readonly report: { readonly format: number } }).report.format);
  }
  const store = openReportStore(folder, silentLog);
  const reports = await store.load();
  await store.close();
  return reports.map(({ report }) => report.format);
}
