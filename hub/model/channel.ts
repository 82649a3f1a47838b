import type { Digest } from '../../shared/lib/canonical.ts';
import type { SignedBody } from '../../shared/wire/envelope.ts';
import type { PublishedBundle } from './published-bundle.ts';

/** What the feed needs of the channel beyond the ledger's bundles: documents in memory, object files by digest. */
export interface ChannelView {
  /** Every root document from version 1, oldest first. */
  readonly roots: () => readonly SignedBody[];
  /** The signed envelope of a bundle, read when it is asked for; null where it is lost. */
  readonly revision: (bundle: Pick<PublishedBundle, 'tree'>) => SignedBody | null;
  /** The freshness list that names a registration; null before the first one. */
  readonly freshness: (registration: string) => SignedBody | null;
  /** The texts of object files of a cluster's current bundle, without those that the bundle does not have. */
  readonly objects: (cluster: string, digests: readonly Digest[]) => ReadonlyMap<Digest, string>;
}
