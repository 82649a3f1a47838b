import { z } from 'zod';
import { signatures } from './envelope.ts';
import { counter, digest, instant, objectIdText } from './schema.ts';

/** A guarded change that was approved: `change` is changeDigest of the rest; a signature where approvers are set. */
export const approval = z.strictObject({
  change: digest,
  generation: counter,
  ids: z.array(objectIdText),
  by: z.string(),
  at: instant,
  signatures: signatures.optional(),
});
export type Approval = z.infer<typeof approval>;
