import { z } from 'zod';
import type { Root } from '../../root.ts';
import { counter, publicKey, uuid } from '../../schema.ts';
import { plainFormat } from '../format.ts';

const threshold = z.strictObject({ keys: z.array(publicKey), threshold: z.number().int().min(0) });

const root = z.strictObject({
  format: z.literal(1),
  channel: uuid,
  version: counter,
  epoch: counter,
  roots: threshold,
  hubs: z.strictObject({ keys: z.array(publicKey) }),
  approvers: threshold,
});

/** Format 1 of root/N.json. */
export const rootV1 = plainFormat<Root>(1, root);
