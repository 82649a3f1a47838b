import { describeDeployments } from '../integration/scenarios/deployments.ts';
import { describeObjects } from '../integration/scenarios/objects.ts';
import { startCluster } from './cluster.ts';
import { describeControlPlane } from './suite.ts';

describeControlPlane('real control planes', (binaries) => {
  const backend = {
    name: 'real API servers',
    start: (name: string, crds: readonly ('istio' | 'gateway-api')[]) => startCluster({ name, binaries, crds }),
  };
  describeObjects(backend);
  describeDeployments(backend);
});
