import { z } from 'zod';
import type { Problem } from '../../model/source.ts';
import { listSlice } from './list-slice.ts';
import { written } from './slice.ts';

/** Problems of the last pass: `problems.json`. */
export const problems = listSlice('problems', written<Problem>(z.looseObject({})));
