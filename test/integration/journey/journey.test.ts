import { startCluster } from '../../lab/cluster/cluster.ts';
import { describeJourney } from '../../lab/demo/journey.ts';

describeJourney({
  name: 'three embedded clusters',
  start: async () => {
    const [istio, gateway, plain] = await Promise.all([
      startCluster({ name: 'prod-cluster-1', crds: ['istio'] }),
      startCluster({ name: 'edge-1', crds: ['gateway-api'] }),
      startCluster({ name: 'local' }),
    ]);
    return {
      kubeconfigs: { 'prod-cluster-1': istio.kubeconfig, 'edge-1': gateway.kubeconfig, local: plain.kubeconfig },
      stop: async () => {
        await Promise.all([istio.stop(), gateway.stop(), plain.stop()]);
      },
    };
  },
});
