import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { ChannelSnapshot } from './bundle.ts';
import type { ServedObject } from './served.ts';

/** What an agent that starts anew needs to repair what runs: the started bundle as it came, and what else still serves. */
export interface Kept {
  /** Unverified, like one that was fetched. */
  readonly snapshot: ChannelSnapshot;
  /** Contents of older bundles that ran when that bundle started; each has its digest. */
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
}

/** What the state object says of what is kept in Secrets beside it. */
export interface KeptSeal {
  /** The bundle that it was kept for. */
  readonly revision: Digest;
  /** Digest of all that is kept: what is read counts only with this one. */
  readonly digest: Digest;
  /** Names of the Secrets, in order; none where there is nothing to keep. */
  readonly parts: readonly string[];
  /** How many contents of older bundles are among it. */
  readonly served: number;
}

/** Keeps and reads what is sealed in the state object. */
export interface KeptStore {
  /** What was kept; null where it is gone, or is not what was sealed. */
  readonly load: (seal: KeptSeal, signal: AbortSignal) => Promise<Kept | null>;
  /** Keeps it beside what is sealed now, which stays whole until the state object names the new. */
  readonly save: (
    before: KeptSeal | undefined,
    packed: { readonly revision: Digest; readonly bytes: Uint8Array; readonly served: number },
    signal: AbortSignal,
  ) => Promise<KeptSeal>;
  /** Deletes what was written or sealed before and is not any more. */
  readonly tidy: (seal: KeptSeal | undefined, signal: AbortSignal) => Promise<void>;
}
