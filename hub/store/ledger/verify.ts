import type { Oid } from '../../../shared/lib/git/object.ts';
import { inSlices, startSlices, unitsOfBytes } from '../../../shared/lib/slices.ts';
import type { ParsedCommit } from '../../model/commit.ts';
import type { ObjectReader } from '../../model/objects.ts';
import { reachable } from '../packs/reachable.ts';
import { commitNumber, invalid, linkedCommit, type LedgerTrust } from './chain.ts';
import { chainIn, chaining } from './content-chain.ts';
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
  let [commits, first] = [1, tip];
  for (let [parent] = tip.parents; parent !== undefined; commits += 1) {
    const commit = linkedCommit(objects, parent, below);
    await verifyLink(objects, first, commit);
    first = commit;
    [parent] = commit.parents;
    await slices.spend(commitUnits);
  }
  const all = await verifyObjects(objects, head);
  const note = volumeNote(objects, tip.tree);
  await verifyLink(objects, first, note?.after ?? null);
  return {
    volume: note?.volume ?? 1,
    ...{ commits, first: commitNumber(first), last: commitNumber(tip), objects: all, isClosed: isClosing(tip.message) },
    after: note?.after ?? null,
  };
}

/** What two signatures cost to verify, in units of a slice. */
const commitUnits = 40;

/** Checks the chain of a commit: after its parent, or after the commit that its volume says it follows. */
async function verifyLink(
  objects: ObjectReader,
  { tree, message }: ParsedCommit,
  before: ParsedCommit | VolumeNote['after'] | null,
): Promise<void> {
  const said = chainIn(message);
  const parent = before !== null && 'message' in before ? before : null;
  // Commits of before there was a chain are vouched for by their signatures alone.
  if (said === '' && (parent === null || chainIn(parent.message) === '')) return;
  const sha256 = before !== null && 'sha256' in before ? before.sha256.slice('sha256:'.length) : '';
  const link = parent === null ? { chain: sha256, tree: null } : { chain: chainIn(parent.message), tree: parent.tree };
  let wanted: string;
  try {
    wanted = await inSlices(chaining(objects, link, tree));
  } catch (cause) {
    throw invalid('an object is missing or damaged', tree, cause);
  }
  if (said !== wanted) throw invalid('the sha256 chain of its commits is broken', tree);
}

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
