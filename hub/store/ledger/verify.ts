import type { Oid } from '../../../shared/lib/git/object.ts';
import { startSlices, unitsOfBytes } from '../../../shared/lib/slices.ts';
import type { ObjectReader } from '../../model/objects.ts';
import { reachable } from '../packs/reachable.ts';
import { commitNumber, invalid, linkedCommit, type LedgerTrust } from './chain.ts';
import { isClosing, volumeNote, type VolumeNote } from './volume.ts';

/** What a volume of the ledger turned out to be: its commits, the numbers of the first and the last, and all objects that they reach. */
export interface VerifiedVolume {
  readonly volume: number;
  readonly commits: number;
  readonly first: number;
  readonly last: number;
  readonly objects: number;
  /** Its last commit closed it. */
  readonly isClosed: boolean;
  /** What it says of the volume before it; null for the first. */
  readonly after: VolumeNote['after'] | null;
}

/**
 * Checks all of a volume: each commit is signed and numbered one above the one before, and each object that they reach is there and is what its
 * name says. Throws LEDGER_INVALID naming the first thing that is wrong.
 */
export async function verifyVolume(objects: ObjectReader, head: Oid, trust: LedgerTrust): Promise<VerifiedVolume> {
  const slices = startSlices();
  const tip = linkedCommit(objects, head, trust);
  const below = { ...trust, trusted: trust.past };
  let [commits, first] = [1, commitNumber(tip)];
  for (let [parent] = tip.parents; parent !== undefined; commits += 1) {
    const commit = linkedCommit(objects, parent, below);
    first = commitNumber(commit);
    [parent] = commit.parents;
    await slices.spend(commitUnits);
  }
  const all = await verifyObjects(objects, head);
  const note = volumeNote(objects, tip.tree);
  return {
    volume: note?.volume ?? 1,
    ...{ commits, first, last: commitNumber(tip), objects: all, isClosed: isClosing(tip.message) },
    after: note?.after ?? null,
  };
}

/** What two signatures cost to verify, in units of a slice. */
const commitUnits = 40;

async function verifyObjects(objects: ObjectReader, head: Oid): Promise<number> {
  const slices = startSlices();
  let subject = head;
  try {
    const all = await reachable(objects, [head], true);
    for (const oid of all) {
      subject = oid;
      await slices.spend(unitsOfBytes(objects.read(oid)?.body.length ?? 0));
    }
    return all.size;
  } catch (cause) {
    throw invalid('an object is missing or damaged', subject, cause);
  }
}
