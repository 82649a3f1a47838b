import { z } from 'zod';
import type { Freshness } from '../../freshness.ts';
import { counter, digest, instant, uuid } from '../../schema.ts';
import { plainFormat } from '../format.ts';

const freshness = z.strictObject({
  format: z.literal(1),
  channel: uuid,
  epoch: counter,
  shard: z.string().regex(/^[0-9a-f]{2}$/),
  issuedAt: instant,
  freshUntil: instant,
  current: z.array(digest),
});

/** Format 1 of freshness.json. */
export const freshnessV1 = plainFormat<Freshness>(1, freshness);
