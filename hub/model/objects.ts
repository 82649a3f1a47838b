import type { GitObject, ObjectType, Oid } from '../../shared/lib/git/object.ts';

/** An object as it lies in a pack: kind, size, and its whole entry (header and deflated bytes) for copying. */
export interface PackedObject {
  readonly type: ObjectType;
  readonly size: number;
  readonly entry: Buffer;
}

/** Reads Git objects by name. */
export interface ObjectReader {
  readonly has: (oid: Oid) => boolean;
  /** The object, its name checked; null when there is none. Throws PACK_INVALID when it is damaged. */
  readonly read: (oid: Oid) => GitObject | null;
  /** The object as it lies in its pack, unchecked: for serving and copying. */
  readonly packed: (oid: Oid) => PackedObject | null;
}

/** One step of a ref: from what it must be now (null = it does not exist) to a commit. */
export interface RefMove {
  readonly ref: string;
  readonly from: Oid | null;
  readonly to: Oid;
}

/** A bare Git repository that only the hub writes. */
export interface ObjectStore extends ObjectReader {
  /** All refs as they are on disk now. */
  readonly refs: () => ReadonlyMap<string, Oid>;
  /** Makes these objects durable as one pack; those that are there already are left out. */
  readonly write: (objects: readonly GitObject[]) => Promise<void>;
  /** Moves all refs or none, durably; throws CONFLICT naming the first ref that is not at its `from`. */
  readonly moveRefs: (moves: readonly RefMove[]) => Promise<void>;
  /** Writes again what others removed, and merges small packs into larger ones when there are many; true when something was merged. */
  readonly consolidate: () => Promise<boolean>;
  readonly close: () => void;
}
