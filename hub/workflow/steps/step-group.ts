import { z } from 'zod';
import { moment } from '../outcome.ts';
import { defineStep } from '../step.ts';

/** `step-group`: steps that are waited for together; what becomes of it follows from them. */
export const stepGroup = defineStep({
  type: 'step-group',
  about: 'Steps that are waited for together.',
  isGroup: true,
  schema: z.strictObject({}),
  check: () => undefined,
  run: () => moment('succeeded', ''),
});
