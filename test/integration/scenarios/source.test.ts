import { embedded } from './backend.ts';
import { describeSource } from './source.ts';

describeSource(embedded);
