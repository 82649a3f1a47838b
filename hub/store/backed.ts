import { isSluiceError } from '../../shared/errors.ts';
import type { Oid } from '../../shared/lib/git/object.ts';
import type { ObjectReader, ObjectStore } from '../model/objects.ts';

/** What is served of a repository. */
type ServedObjects = Pick<ObjectStore, 'refs' | 'has' | 'read' | 'packed'>;

/**
 * A channel as it is served: what its packs lost, or what is damaged in them, comes from the ledger, which has the very same
 * trees and files. Refs are the channel's, so that nothing else of the ledger is in reach.
 */
export function backedBy(channel: ServedObjects, ledger: ObjectReader): ServedObjects {
  return {
    refs: channel.refs,
    has: (oid) => channel.has(oid) || ledger.has(oid),
    packed: (oid) => undamaged(channel.packed, oid) ?? ledger.packed(oid),
    read: (oid) => undamaged(channel.read, oid) ?? ledger.read(oid),
  };
}

function undamaged<T>(read: (oid: Oid) => T | null, oid: Oid): T | null {
  try {
    return read(oid);
  } catch (error) {
    if (isSluiceError(error, 'PACK_INVALID')) return null;
    throw error;
  }
}
