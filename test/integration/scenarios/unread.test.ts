import { embedded } from './backend.ts';
import { describeUnread } from './unread.ts';

describeUnread(embedded);
