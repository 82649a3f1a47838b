import { approval } from '../../../shared/wire/approval.ts';
import { listSlice } from './list-slice.ts';

/** Approvals that are still needed: `approvals.json`. */
export const approvals = listSlice('approvals', approval);
