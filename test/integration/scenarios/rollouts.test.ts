import { embedded } from './backend.ts';
import { describeRollouts } from './rollouts.ts';

describeRollouts(embedded);
