import type { Digest } from '../../shared/lib/canonical.ts';
import type { Oid } from '../../shared/lib/git/object.ts';
import type { Revision } from '../../shared/wire/revision.ts';

/** The bundle that was last published to a cluster, and the commit of its ref; its very bytes are in the tree alone. */
export interface PublishedBundle {
  readonly cluster: string;
  readonly revision: Revision;
  readonly revisionDigest: Digest;
  /** The id of the hub key that signed it. */
  readonly keyid: string;
  /** The tree with revision.json, revision.sig and objects/: the same in the store and in the channel. */
  readonly tree: Oid;
  /**
   * Commit of the cluster's ref that carries it, and the commit that the ref leaves for it (null for the first): its parent, save
   * where the history of the ref begins anew.
   */
  readonly commit: Oid;
  readonly parent: Oid | null;
  /** The commit of another registration of this name that the ref leaves, where this bundle begins a history of its own. */
  readonly replaced?: Oid;
}

/** The last bundle of each cluster. The unit that has an object id in here keeps it (NAME_TAKEN for any other). */
export type PublishedBundles = ReadonlyMap<string, PublishedBundle>;
