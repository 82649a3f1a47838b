import { z } from 'zod';
import { everywhere } from '../everywhere.ts';
import { delivering } from '../outcome.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  /** The revision to go back to, as `bookinfo-v3` or `v3`; absent = the one that served before. */
  rollbackVersion: z.string().min(1).optional(),
});

/** `canary-rollback`: all pods and all traffic to the revision that served before. */
export const canaryRollback = defineStep({
  type: 'canary-rollback',
  about: 'All pods and all traffic to the revision that served before.',
  schema,
  goesBack: true,
  check: () => undefined,
  wants: (_, plan) => everywhere(plan),
  run: (_, input) => delivering(input),
});
