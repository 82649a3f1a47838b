import { parseArgs } from 'node:util';
import { ensureBinaries } from './binaries.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
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
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const answer = await ensureBinaries((line) => console.error(line));
  if ('reason' in answer) {
    console.error(answer.reason);
    return 7;
  }
  const names = Array.from({ length: count }, (_, index) => `cluster-${index + 1}`);
  const starting = names.map(async (name) =>
    announce(await startCluster({ name, binaries: answer.binaries, crds: crdSets, nodes })),
  );
  const running = Promise.allSettled(starting);
  void running.then((results) => {
    if (results.every(({ status }) => status === 'fulfilled'))
      console.error('ready; Ctrl-C stops and removes everything');
  });
  await Promise.race([stopped, Promise.all(starting)]);
  await stopped;
  await Promise.all(
    (await running).map(async (result) => (result.status === 'fulfilled' ? result.value.stop() : undefined)),
  );
  return 0;
}

function announce(cluster: Cluster): Cluster {
  console.log(`${cluster.name}  ${cluster.url}  KUBECONFIG=${cluster.kubeconfig}`);
  return cluster;
}

process.exitCode = await main();
