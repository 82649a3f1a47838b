import { embedded } from './backend.ts';
import { describeRolloutJobs } from './rollout-jobs.ts';

describeRolloutJobs(embedded);
