import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentNames } from '../../../../shared/model/names.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import type { Change } from '../change.ts';
import { startProgram, type Program } from '../program.ts';
import { startStatusFeed, type StatusFeed } from '../status-feed.ts';
import { startWorld, type World } from '../world.ts';
import { startRolloutFeed, type RolloutFeed } from './feed.ts';
import type { ClusterFacts } from './picture.ts';
import { watchShop, type ShopWatch } from './sight.ts';
import { clusterList, members } from './story.ts';

/** Twelve clusters, a hub and an agent for each, and all that is known of them. */
export interface ShopFleet {
  readonly world: World;
  readonly status: StatusFeed;
  /** Every cluster as it is drawn. */
  readonly facts: () => readonly ClusterFacts[];
  readonly rollout: () => ReturnType<RolloutFeed['rollout']>;
  /** Follows the delivery from now on: there is one. */
  readonly follow: () => void;
  /** Ends the agent of a cluster without a word, as a cut link does. */
  readonly cut: (name: string) => Promise<void>;
  /** The link is there again. */
  readonly mend: (name: string) => void;
  /** Writes what the site's operator says of a hold; empty = nothing. */
  readonly hold: (name: string, words: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface FleetGiven {
  readonly folder: string;
  readonly change: Change;
  /** Told of each program that must not end by itself. */
  readonly guard: (programs: readonly Program[]) => void;
  readonly note: (what: string, text: string) => void;
}

const projectRoot = fileURLToPath(new URL('../../../..', import.meta.url));

/** Agents report as often as they may, so that a cluster that is away is known to be so soon. */
const heartbeatSeconds = 5;

/** Starts everything; resolves when every agent has joined and reported. */
export async function startShopFleet({ folder, change, guard, note }: FleetGiven): Promise<ShopFleet> {
  const config = join(folder, 'hub.yaml');
  const list = join(folder, 'clusters.txt');
  await writeFile(config, `heartbeatSeconds: ${heartbeatSeconds}\n`);
  await writeFile(list, clusterList);
  const clusters = startProgram('clusters', ['test/lab/demo/rollout/clusters.ts', folder], {
    logFile: join(folder, 'logs', 'clusters.log'),
  });
  const agentArgs = ['--heartbeat', String(heartbeatSeconds)];
  const [world] = await Promise.all([
    startWorld({ folder, hubArgs: ['--config', config], agentArgs }),
    clusters.says(/^ready$/m).then(() => note('clusters', `${members.length} embedded API servers`)),
  ]);
  note('Git server', world.config.url);
  note('hub', world.hubUrl);
  await world.config.push({ 'README.md': '# delivered by Sluice\n' }, 'begin');
  const joined = await world.run('cluster', 'join', '--from', list, '--out', folder);
  if (joined.status !== 0) throw new Error(joined.stderr);
  const siteOf = (name: string) => ({ name, kubeconfig: join(folder, `${name}.kubeconfig`) });
  for (const { name } of members) world.startAgent(siteOf(name));
  const cut = new Set<string>();
  guard([clusters, world.config.program, world.hub()]);
  const watches = new Map<string, ShopWatch>();
  for (const { name } of members) {
    watches.set(name, await watchShop(siteOf(name).kubeconfig, change.happened));
  }
  const status = startStatusFeed(world.dataFolder, projectRoot, change.happened);
  let feed: RolloutFeed | null = null;
  await allReported(change, status, note);
  const watchOf = (name: string): ShopWatch => {
    const found = watches.get(name);
    if (found === undefined) throw new Error(`there is no cluster ${name}`);
    return found;
  };
  return {
    world,
    status,
    rollout: () => feed?.rollout() ?? null,
    facts: () =>
      members.map(({ name }) => ({
        name,
        sight: watchOf(name).sight(),
        row: status.view()?.applications.find(({ cluster }) => cluster === name),
        rollout: feed?.rollout() ?? null,
        isCut: cut.has(name),
      })),
    follow: () => (feed ??= startRolloutFeed(world.dataFolder, projectRoot, change.happened)),
    cut: async (name) => {
      await world.agent(name).stop('SIGKILL');
      cut.add(name);
      change.happened();
    },
    mend: (name) => {
      cut.delete(name);
      world.startAgent(siteOf(name));
    },
    hold: (name, words) => holdSite(watchOf(name), words),
    close: async () => {
      feed?.close();
      status.close();
      for (const watch of watches.values()) watch.close();
      await world.stop();
      await clusters.stop();
    },
  };
}

async function allReported(change: Change, status: StatusFeed, note: FleetGiven['note']): Promise<void> {
  const isThere = (name: string): boolean => {
    const cluster = status.view()?.clusters.find((one) => one.name === name);
    return cluster?.state === 'joined' && cluster.reportedAt !== null;
  };
  const missing = (): readonly string[] => members.map(({ name }) => name).filter((name) => !isThere(name));
  const look = (): boolean => {
    const left = missing().length;
    note('agents', `${members.length - left} of ${members.length} have joined and reported`);
    return left === 0;
  };
  await change.until(look, 90_000, () => `the agent of ${missing()[0] ?? ''} has not joined after 90 s`);
}

async function holdSite({ view }: ShopWatch, words: string): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  const resource = await view.kube.resource({ group: '', kind: 'ConfigMap' }, signal);
  const { namespace, site } = agentNames;
  const known = await view.get(`/ConfigMap/${namespace}/${site}`);
  const object: KubeObject = {
    ...(known ?? { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: site, namespace } }),
    data: words === '' ? {} : { hold: words },
  };
  await (known === undefined ? view.kube.post(resource, object, signal) : view.kube.put(resource, object, signal));
}
