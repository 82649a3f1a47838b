import { digestOf, digestOfValue, type Digest } from '../lib/canonical.ts';

/** The payload of freshness.json: the bundles of one shard that the hub still vouches for. Instants are ISO texts. */
export interface Freshness {
  readonly format: number;
  readonly channel: string;
  readonly epoch: number;
  /** Two hex digits. */
  readonly shard: string;
  readonly issuedAt: string;
  readonly freshUntil: string;
  /** freshnessKey of each cluster's current bundle, sorted. */
  readonly current: readonly Digest[];
}

/** The entry of one cluster in a freshness list: sha256 of canonical [registration, revisionDigest]. */
export function freshnessKey(registration: string, revisionDigest: Digest): Digest {
  return digestOfValue([registration, revisionDigest]);
}

/** The shard (two hex digits) of a registration: the first byte of its sha256. */
export function freshnessShard(registration: string): string {
  return digestOf(registration).slice('sha256:'.length, 'sha256:'.length + 2);
}
