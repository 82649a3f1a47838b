import { embedded } from './backend.ts';
import { describeObjects } from './objects.ts';

describeObjects(embedded);
