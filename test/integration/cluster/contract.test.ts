import { kubernetesContract } from '../../contract/kubernetes/suite.ts';
import { startCluster } from '../../lab/cluster/cluster.ts';

kubernetesContract({
  name: 'embedded API',
  without: ['service-accounts'],
  start: async () => {
    const { kubeconfig, stop } = await startCluster({ name: 'contract' });
    return { kubeconfig, stop };
  },
});
