import { embedded } from './backend.ts';
import { describeRolloutLimits } from './rollout-limits.ts';

describeRolloutLimits(embedded);
