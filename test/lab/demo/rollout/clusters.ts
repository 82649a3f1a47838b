import { join } from 'node:path';
import { startCluster } from '../../cluster/cluster.ts';
import { members } from './story.ts';

/** `node test/lab/demo/rollout/clusters.ts FOLDER`: the clusters of the demo in one process, with a kubeconfig each, until it is interrupted. */
const folder = process.argv[2] ?? '.';
const clusters = await Promise.all(
  members.map(({ name }) =>
    startCluster({ name, kubeconfigPath: join(folder, `${name}.kubeconfig`), readyDelayMs: 500 }),
  ),
);
process.stdout.write('ready\n');
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void Promise.all(clusters.map((cluster) => cluster.stop())));
}
