import { agentOn } from '../integration/agent/engine.ts';
import { startCluster } from './cluster.ts';
import { describeControlPlane } from './suite.ts';

describeControlPlane('the agent and a real control plane', (binaries) => {
  agentOn({
    name: 'a real API server',
    start: async () => {
      const cluster = await startCluster({ name: 'agent', binaries, crds: ['istio'] });
      return { kubeconfig: cluster.kubeconfig, stop: () => cluster.stop() };
    },
  });
});
