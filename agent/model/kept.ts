import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { ChannelSnapshot } from './bundle.ts';
import type { ServedObject } from './served.ts';

/** What an agent that starts anew needs to repair what runs: the started bundle as it came, and what else still serves. */
export interface Kept {
  /** Unverified, like one that was fetched. */
  readonly snapshot: ChannelSnapshot;
  /** Contents of older bundles that ran when that bundle started. */
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
  /** The files of those, each with its digest. */
  readonly files: ReadonlyMap<Digest, Uint8Array>;
}

/** What one Secret holds, in bytes (a server takes 1 MiB of data), and the Secrets that each set may take: the agent's Role names them all. */
export const keptLimits = { partBytes: 900 * 1024, head: 3, base: 5 } as const;

/** Bytes in Secrets: their names in order, and the digest of all of it. What is read counts only with that one. */
export interface Sealed {
  readonly names: readonly string[];
  readonly digest: Digest;
}

/** What the state object says of what is kept in Secrets beside it. */
export interface KeptSeal {
  /** The bundle that it was kept for. */
  readonly revision: Digest;
  /** How many contents of older bundles are among it. */
  readonly served: number;
  /** The signed files, and the texts that the base has not; null where there is nothing to keep. */
  readonly head: Sealed | null;
  /** Texts that many bundles have in common: written only once much of it is another. */
  readonly base: Sealed | null;
}

/** What is to be kept. */
export interface Packed {
  readonly revision: Digest;
  readonly served: number;
  readonly head: Uint8Array | null;
  /** A base that is kept already stays as it is. */
  readonly base: Uint8Array | Sealed | null;
}

/** Keeps and reads what is sealed in the state object. */
export interface KeptStore {
  /** What was kept; null where it is gone, or is not what was sealed. */
  readonly load: (seal: KeptSeal, signal: AbortSignal) => Promise<Kept | null>;
  /** Keeps it beside what is sealed now, which stays whole until the state object names the new. */
  readonly save: (before: KeptSeal | undefined, packed: Packed, signal: AbortSignal) => Promise<KeptSeal>;
  /** Deletes what was written or sealed before and is not any more; of the head, the one before stays to be written over. */
  readonly tidy: (seal: KeptSeal | undefined, signal: AbortSignal) => Promise<void>;
}
