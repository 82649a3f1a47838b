import { embedded } from '../scenarios/backend.ts';
import { describeField } from './field.ts';

describeField(embedded, false);
