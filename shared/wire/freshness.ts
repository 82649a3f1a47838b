import { z } from 'zod';
import { digestOf, digestOfValue, type Digest } from '../lib/canonical.ts';
import { counter, digest, instant, uuid } from './schema.ts';

/** The payload of freshness.json: the bundles of one shard that are still the hub's word. */
export const freshness = z.strictObject({
  format: z.literal(1),
  channel: uuid,
  epoch: counter,
  shard: z.string().regex(/^[0-9a-f]{2}$/),
  issuedAt: instant,
  freshUntil: instant,
  /** freshnessKey of each cluster's current bundle, sorted. */
  current: z.array(digest),
});
export type Freshness = z.infer<typeof freshness>;

/** What a freshness list says of one cluster: sha256 of canonical [registration, revisionDigest]. */
export function freshnessKey(registration: string, revisionDigest: Digest): Digest {
  return digestOfValue([registration, revisionDigest]);
}

/** The shard (two hex digits) of a registration: the first byte of its sha256. */
export function freshnessShard(registration: string): string {
  return digestOf(registration).slice('sha256:'.length, 'sha256:'.length + 2);
}
