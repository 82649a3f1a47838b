import { startCluster } from '../../cluster/cluster.ts';
import { agentOn } from './engine.ts';

agentOn({
  name: 'the embedded API',
  badImage: 'bad.invalid/app:none',
  start: async () => {
    const cluster = await startCluster({ crds: ['istio'] });
    return { kubeconfig: cluster.kubeconfig, stop: () => cluster.stop() };
  },
});
