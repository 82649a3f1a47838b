import { z } from 'zod';
import { placeOf } from '../object-steps.ts';
import { delivering } from '../outcome.ts';
import { defineStep } from '../step.ts';

/** `apply-application`: all components as they are written, to the local cluster. KubeVela has `deploy` since. */
export const applyApplication = defineStep({
  type: 'apply-application',
  about: 'All components as they are written, to the local cluster; `deploy` delivers by policies.',
  schema: z.strictObject({}),
  check: () => undefined,
  wants: () => [{ scope: placeOf(), policies: [], components: null, parallelism: null, action: 'run' as const }],
  run: (_, input) => delivering(input),
});
