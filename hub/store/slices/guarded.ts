import { z } from 'zod';
import type { GuardedChange } from '../../model/guarded-change.ts';
import { listSlice } from './list-slice.ts';
import { written } from './slice.ts';

/** Changes that wait for an approval: `guarded.json`. */
export const guarded = listSlice('guarded', written<GuardedChange>(z.looseObject({})));
