import { describeDeliveries } from '../../integration/scenarios/deliveries.ts';
import { describeDeployments } from '../../integration/scenarios/deployments.ts';
import { describeNames } from '../../integration/scenarios/names.ts';
import { describeObjects } from '../../integration/scenarios/objects.ts';
import { describePolicies } from '../../integration/scenarios/policies.ts';
import { describeRolloutJobs } from '../../integration/scenarios/rollout-jobs.ts';
import { describeRolloutLimits } from '../../integration/scenarios/rollout-limits.ts';
import { describeRollouts } from '../../integration/scenarios/rollouts.ts';
import { describeSlides } from '../../integration/scenarios/slides.ts';
import { startCluster } from './cluster.ts';
import { describeControlPlane } from './suite.ts';
import type { CrdSet } from './versions.ts';

describeControlPlane('real control planes', (binaries) => {
  const backend = {
    name: 'real API servers',
    start: (name: string, crds: readonly CrdSet[]) => startCluster({ name, binaries, crds }),
  };
  describeObjects(backend);
  describeDeployments(backend);
  describeRollouts(backend);
  describeRolloutJobs(backend);
  describeRolloutLimits(backend);
  describeSlides(backend);
  describeNames(backend);
  describePolicies(backend);
  describeDeliveries(backend);
});
