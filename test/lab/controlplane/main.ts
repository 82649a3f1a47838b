import { parseArgs } from 'node:util';
import { ensureBinaries } from './binaries.ts';
import type { Binaries } from './binaries.ts';
import { startCluster } from './cluster.ts';
import type { Cluster, ClusterOptions } from './cluster.ts';
import { crdSets } from './versions.ts';

/** `npm run controlplane -- --clusters 2`: starts clusters for a developer, prints their kubeconfigs, stops them on Ctrl-C. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { clusters: { type: 'string', default: '1' }, nodes: { type: 'string', default: '1' } },
  });
  const count = Number(values.clusters);
  const nodes = Number(values.nodes);
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(nodes) || nodes < 1) {
    console.error('usage: npm run controlplane -- [--clusters N] [--nodes N]');
    return 2;
  }
  const stopped = new Promise<'stopped'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('stopped'));
  });
  const answer = await ensureBinaries((line) => console.error(line));
  if ('reason' in answer) {
    console.error(answer.reason);
    return 7;
  }
  const names = Array.from({ length: count }, (_, index) => `cluster-${index + 1}`);
  const starting = names.map(async (name) => announce(await startCluster({ name, ...common(answer.binaries, nodes) })));
  const settled = Promise.allSettled(starting);
  const failed = settled.then((results) => results.find((each) => each.status === 'rejected'));
  const trouble = await Promise.race([stopped, failed]);
  if (trouble === undefined) {
    console.error('ready; Ctrl-C stops and removes everything');
    await stopped;
  } else if (trouble !== 'stopped') console.error(String(trouble.reason));
  const stops = (await settled).map(async (each) => (each.status === 'fulfilled' ? each.value.stop() : undefined));
  await Promise.all(stops);
  return trouble === undefined || trouble === 'stopped' ? 0 : 1;
}

function common(binaries: Binaries, nodes: number): Omit<ClusterOptions, 'name'> {
  return { binaries, crds: crdSets, nodes };
}

function announce(cluster: Cluster): Cluster {
  console.log(`${cluster.name}  ${cluster.url}  KUBECONFIG=${cluster.kubeconfig}`);
  return cluster;
}

process.exitCode = await main();
