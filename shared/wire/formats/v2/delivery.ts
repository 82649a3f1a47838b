import { z } from 'zod';
import { objectIdText } from '../../schema.ts';

const percent = z.number().int().min(0).max(100);
const seconds = z.number().int().positive();
const name = z.string().min(1).max(253);

const check = z.union([
  z.strictObject({
    name,
    address: z.string(),
    query: z.string(),
    condition: z.string(),
    everySeconds: seconds,
    forSeconds: seconds,
    failures: z.number().int().min(0),
  }),
  z.strictObject({ name, job: objectIdText, timeoutSeconds: seconds }),
]);

const step = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('scale'),
    replicas: z.union([z.strictObject({ percent }), z.strictObject({ count: z.number().int().min(0) })]),
    weight: percent.optional(),
    components: z.array(z.string()).optional(),
  }),
  z.strictObject({ type: z.literal('pause'), seconds: seconds.optional() }),
  z.strictObject({ type: z.literal('analysis'), checks: z.array(check).min(1) }),
]);

/** How a cluster gets to a content, in the envelope of format 2. An action that is not in the list refuses the whole bundle. */
export const delivery = z.strictObject({
  number: z.number().int().positive(),
  attempt: z.number().int().positive(),
  action: z.enum(['run', 'pause', 'promote', 'back']),
  steps: z.array(step).max(100),
  keepOld: seconds.optional(),
});
