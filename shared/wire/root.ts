import { z } from 'zod';
import { counter, publicKey, uuid } from './schema.ts';

const threshold = z.strictObject({ keys: z.array(publicKey), threshold: z.number().int().min(0) });

/** The payload of root/N.json: whom to believe. Signed by the root keys of N-1 and of N. */
export const root = z.strictObject({
  format: z.literal(1),
  channel: uuid,
  version: counter,
  epoch: counter,
  roots: threshold,
  hubs: z.strictObject({ keys: z.array(publicKey) }),
  approvers: threshold,
});
export type Root = z.infer<typeof root>;
