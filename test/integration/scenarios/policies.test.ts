import { embedded } from './backend.ts';
import { describePolicies } from './policies.ts';

describePolicies(embedded);
