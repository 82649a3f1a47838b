import { embedded } from './backend.ts';
import { describeNames } from './names.ts';

describeNames(embedded);
