import { agentOn } from '../../integration/agent/engine.ts';
import { startCluster } from './cluster.ts';
import { withdrawVersion } from './content.ts';
import { describeControlPlane } from './suite.ts';

describeControlPlane('the agent and a real control plane', (binaries) => {
  const start = () => startCluster({ name: 'agent', binaries, crds: ['istio'] });
  agentOn({ name: 'a real API server', start });
  agentOn({
    name: 'a real API server with an Istio of v1beta1',
    start: async () => {
      const cluster = await start();
      await withdrawVersion(cluster.admin, 'virtualservices.networking.istio.io', 'v1');
      return cluster;
    },
  });
});
