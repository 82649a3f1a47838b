import { embedded } from './backend.ts';
import { describeSites } from './sites.ts';

describeSites(embedded);
