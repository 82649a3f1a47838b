import { z } from 'zod';
import type { Digest } from '../../../shared/lib/canonical.ts';
import { listSlice } from './list-slice.ts';
import { written } from './slice.ts';

/** Documents that are broken and were never in force, by digest: `broken.json`. */
export const broken = listSlice('broken', written<Digest>(z.string()));
