import type { Oid } from '../../../shared/lib/git/object.ts';
import { startSlices } from '../../../shared/lib/slices.ts';
import { parseCommit } from '../../model/commit.ts';
import { reachable } from '../packs/reachable.ts';
import type { PackStore } from '../packs/store.ts';
import { newestVolume, volumeNote } from './volume.ts';

/** How long a volume of the ledger is written to, and how many bytes it may grow by. */
export interface VolumeLimits {
  readonly ms: number;
  readonly bytes: number;
}

/** Says whether the present volume has reached a limit: what it began with does not count. */
export function openDue(local: PackStore, limits: VolumeLimits): (now: number) => Promise<boolean> {
  let begun: { readonly volume: number; readonly at: number } | null = null;
  let baseline = 0;
  return async (now) => {
    const tip = newestVolume(local.refs());
    if (tip === null) return false;
    if (begun?.volume !== tip.volume) begun = { volume: tip.volume, at: await begunAt(local, tip.oid) };
    if (now - begun.at >= limits.ms) return true;
    if (local.bytes() - baseline < limits.bytes) return false;
    // A large state takes its room in every volume: it is measured only where it may be what reached the limit.
    const { tree } = commitAt(local, tip.oid);
    baseline = await bytesOf(local, tree);
    return local.bytes() - baseline >= limits.bytes;
  };
}

/** When the volume of a commit began, in milliseconds since the epoch. */
async function begunAt(local: PackStore, tip: Oid): Promise<number> {
  const note = volumeNote(local, commitAt(local, tip).tree);
  if (note !== null) return Date.parse(note.begun);
  // The first volume does not say it: its first commit does.
  const slices = startSlices();
  for (let oid = tip; ;) {
    const { parents, unsigned } = commitAt(local, oid);
    const [parent] = parents;
    if (parent === undefined) return 1000 * Number(/^committer .* (\d+) \+0000$/m.exec(unsigned.toString())?.[1] ?? 0);
    oid = parent;
    await slices.spend(commitUnits);
  }
}

const commitUnits = 5;

function commitAt(local: PackStore, oid: Oid) {
  return parseCommit(local.read(oid)?.body ?? new Uint8Array());
}

async function bytesOf(local: PackStore, tree: Oid): Promise<number> {
  const slices = startSlices();
  let sum = 0;
  for (const oid of await reachable(local, [tree], true)) {
    sum += local.packed(oid)?.entry.length ?? 0;
    await slices.spend(1);
  }
  return sum;
}
