import { embedded } from './backend.ts';
import { describeDeployments } from './deployments.ts';

describeDeployments(embedded);
