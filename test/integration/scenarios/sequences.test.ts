import { embedded } from './backend.ts';
import { describeSequences } from './sequences.ts';

describeSequences(embedded);
