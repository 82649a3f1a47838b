import { kubernetesContract } from '../../contract/kubernetes/suite.ts';
import { startCluster } from './cluster.ts';
import { describeControlPlane } from './suite.ts';

describeControlPlane('the Kubernetes contract on a real API server', (binaries) => {
  kubernetesContract({ name: 'kube-apiserver', start: async () => startCluster({ name: 'contract', binaries }) });
});
