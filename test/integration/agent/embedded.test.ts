import { startCluster } from '../../lab/cluster/cluster.ts';
import type { CrdSet } from '../../lab/cluster/crds/sets.ts';
import { agentOn } from './engine.ts';

const backends: readonly (readonly [name: string, crds: CrdSet])[] = [
  ['the embedded API', 'istio'],
  ['the embedded API with an Istio of v1beta1', 'istio-v1beta1'],
];

for (const [name, crds] of backends) {
  agentOn({
    name,
    start: async () => {
      const cluster = await startCluster({ crds: [crds] });
      return { kubeconfig: cluster.kubeconfig, stop: () => cluster.stop() };
    },
  });
}
