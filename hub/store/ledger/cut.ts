import type { Oid } from '../../../shared/lib/git/object.ts';
import type { ObjectReader, ObjectStore } from '../../model/objects.ts';
import type { View } from '../../model/store.ts';
import type { FileEdit } from '../slices/slice.ts';
import { invalid } from './chain.ts';
import { listEdits, type IdsByRegistration } from './published.ts';
import { sha256Of, volumeNote, volumePath, volumeRef, type VolumeNote, type VolumeTip } from './volume.ts';

/** What the first commit of a volume is made from. */
export interface NextVolume {
  /** The commit that closed the volume before. */
  readonly closed: VolumeTip & { readonly tree: Oid; readonly view: View };
  readonly at: number;
  /** What that volume, and those before it, published to each registration. */
  readonly past: IdsByRegistration;
}

/**
 * What the tree of a new volume has beside the state: what the volume follows, and the ids that were published before it, so that
 * nothing but the name of the old volume has to be known later on.
 */
export function nextVolumeEdits(objects: ObjectReader, { closed, at, past }: NextVolume): readonly FileEdit[] {
  const { volume, oid, tree, view } = closed;
  const note: VolumeNote = {
    format: 1,
    volume: volume + 1,
    begun: new Date(at).toISOString(),
    after: { commit: oid, number: view.number, sha256: sha256Of(objects.read(oid)?.body ?? new Uint8Array()) },
  };
  return [{ path: [volumePath], value: note }, ...listEdits(objects, tree, view, past)];
}

/**
 * Throws LEDGER_INVALID where a volume is not the one that its branch says, or does not follow the volume before it, as far as that is
 * here: an old volume may have been moved away.
 */
export function assertContinues(store: Pick<ObjectStore, 'refs' | 'read'>, tip: VolumeTip, tree: Oid): void {
  const note = volumeNote(store, tree);
  if ((note?.volume ?? 1) !== tip.volume) throw invalid(`its branch is not the one of its volume`, tip.ref);
  if (note === null) return;
  const before = store.refs().get(volumeRef(tip.volume - 1));
  if (before === undefined) return;
  const body = before === note.after.commit ? store.read(before)?.body : undefined;
  // Its packs were put away, and its branch not yet.
  if (before === note.after.commit && body === undefined) return;
  if (body === undefined || sha256Of(body) !== note.after.sha256) {
    throw invalid('a volume does not follow the one before it', tip.ref);
  }
}
