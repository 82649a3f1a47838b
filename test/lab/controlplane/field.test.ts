import { describeField } from '../../integration/field/field.ts';
import { startCluster } from './cluster.ts';
import { describeControlPlane } from './suite.ts';

describeControlPlane('faults of the field', (binaries) => {
  describeField({ name: 'real API servers', start: (name, crds) => startCluster({ name, binaries, crds }) }, true);
});
