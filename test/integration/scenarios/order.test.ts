import { embedded } from './backend.ts';
import { describeOrder } from './order.ts';

describeOrder(embedded);
