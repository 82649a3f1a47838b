import { startCluster } from '../../cluster/cluster.ts';
import { agentOn } from './engine.ts';

agentOn({
  name: 'the embedded API',
  start: async () => {
    const cluster = await startCluster({ crds: ['istio'] });
    return { kubeconfig: cluster.kubeconfig, stop: () => cluster.stop() };
  },
});
