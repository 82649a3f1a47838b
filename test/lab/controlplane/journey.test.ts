import { describeJourney } from '../demo/journey.ts';
import { startCluster } from './cluster.ts';
import { describeControlPlane } from './suite.ts';

describeControlPlane('real control planes', (binaries) => {
  describeJourney({
    name: 'three real API servers',
    start: async () => {
      const [istio, gateway, plain] = await Promise.all([
        startCluster({ name: 'prod-cluster-1', binaries, crds: ['istio'] }),
        startCluster({ name: 'edge-1', binaries, crds: ['gateway-api'] }),
        startCluster({ name: 'local', binaries }),
      ]);
      return {
        kubeconfigs: { 'prod-cluster-1': istio.kubeconfig, 'edge-1': gateway.kubeconfig, local: plain.kubeconfig },
        stop: async () => {
          await Promise.all([istio.stop(), gateway.stop(), plain.stop()]);
        },
      };
    },
  });
});
