import { embedded } from './backend.ts';
import { describeDeliveries } from './deliveries.ts';

describeDeliveries(embedded);
