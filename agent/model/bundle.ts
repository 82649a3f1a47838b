import type { Digest } from '../../shared/lib/canonical.ts';
import type { SignedBytes } from '../../shared/wire/envelope.ts';
import type { Freshness } from '../../shared/wire/freshness.ts';
import type { BundleMark, Revision } from '../../shared/wire/revision.ts';
import type { SignedBody } from '../../shared/wire/envelope.ts';
import type { Objection } from './rows.ts';

/** What a transport fetched, unverified: files as they are in the channel. */
export interface ChannelSnapshot {
  /** Every root document from version 1, oldest first. */
  readonly roots: readonly SignedBytes[];
  readonly revision: SignedBytes;
  readonly freshness: SignedBytes | null;
  /** The bytes of a document or object file, when this snapshot carries it (a feed leaves out what the agent already has). */
  readonly object: (path: string, digest: Digest) => Promise<Uint8Array | null>;
  /** Told which files are read next, in order: those that are not at hand may be fetched together. */
  readonly expect?: (digests: readonly Digest[]) => void;
}

/** What a pull answers. */
export type Pulled = { readonly kind: 'unchanged' } | { readonly kind: 'changed'; readonly snapshot: ChannelSnapshot };

/** A channel that bundles are pulled from: Git, the hub's feed, or a folder. Errors are thrown, never read as "empty". */
export interface Transport {
  /** Fetches the changes since the last pull of this transport; `have` names the verified bundle whose objects need not come again. */
  readonly pull: (
    have: { readonly revisionDigest: Digest; readonly objects: ReadonlySet<Digest> } | null,
    signal: AbortSignal,
  ) => Promise<Pulled>;
  /** Runs until the signal aborts and calls `trigger` whenever there may be something new; resolves at once where there is no such stream. */
  readonly listen: (trigger: () => void, signal: AbortSignal) => Promise<void>;
  /** Makes the next pull fetch everything again (an integrity error happened). */
  readonly reset: () => void;
}

declare const verified: unique symbol;

/** A bundle that verify accepted; only verify can make one. */
export interface VerifiedBundle {
  readonly [verified]: true;
  readonly mark: BundleMark;
  readonly revision: Revision;
  /** All of it, where `revision` has what applications only read apart. */
  readonly whole?: Revision;
  /** The envelope as it came, for reports and for the state object. */
  readonly envelope: SignedBody;
  /** The files that it was verified with, as they came. */
  readonly files: Pick<ChannelSnapshot, 'roots' | 'freshness'>;
  /** Version of the root document that it was verified with, and every root document held by then. */
  readonly rootVersion: number;
  /** Not fresh: keep the last good state, repair drift, start nothing new, delete nothing. */
  readonly fresh: boolean;
  /** When that ends if no newer bundle or list comes (milliseconds since the epoch): the later time of the envelope and the freshness list. */
  readonly freshUntil: number;
  /** What this bundle raises the agent's time floor to: its issuedAt, or the floor as it was where that is ahead (`isAhead`). */
  readonly issuedAt: number;
  readonly freshness: Freshness | null;
  /** Applications (`namespace/name`) that cannot be carried out here, and why: nothing of them begins, what runs of them stays. */
  readonly unfit: ReadonlyMap<string, Objection>;
  /** The bytes of an object or a document of this bundle, digest checked; null when they must be fetched again. */
  readonly objectBytes: (digest: Digest) => Uint8Array | null;
  /** The text of an object or a document of this bundle, digest checked; null when it must be fetched again. */
  readonly objectText: (digest: Digest) => string | null;
}

/** What the cluster remembers of the channel: the next bundle is verified against it. */
export interface TrustState {
  readonly mark: BundleMark | null;
  readonly rootVersion: number;
  /** Highest accepted issuedAt, in milliseconds since the epoch. */
  readonly timeFloor: number;
  /** The bundle that was verified last: where the texts of objects come from that a feed leaves out. */
  readonly previous: VerifiedBundle | null;
}
