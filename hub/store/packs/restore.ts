import { startSlices, unitsOfBytes } from '../../../shared/lib/slices.ts';
import type { PackEntry } from '../../../shared/lib/git/pack.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { PackedObject } from '../../model/objects.ts';
import { inLots } from './lots.ts';
import type { PackFolder } from './pack-folder.ts';
import type { PackFile } from './packfile.ts';

/**
 * Writes again what packs had whose files were taken out of the folder while they were open, by hand or by another program: an open
 * file can be read to its end, and a restart would not find it. What another pack gives is left out. Does nothing where all are there.
 */
export async function restoreLost(folder: Pick<PackFolder, 'packs' | 'lost' | 'replace'>): Promise<void> {
  const lost = folder.lost();
  if (lost.length === 0) return;
  const kept = folder.packs().filter((pack) => !lost.includes(pack));
  await folder.replace(lost, inLots(entriesOf(lost, kept)));
}

async function* entriesOf(lost: readonly PackFile[], kept: readonly PackFile[]): AsyncGenerator<PackEntry> {
  const slices = startSlices();
  const seen = new Set<Oid>();
  for (const pack of lost) {
    for (const oid of pack.names()) {
      const found = seen.has(oid) || isGiven(kept, oid) ? null : (givenBy(lost, oid) ?? pack.packed(oid));
      seen.add(oid);
      await slices.spend(unitsOfBytes(found?.entry.length ?? 0));
      if (found !== null) yield { oid, bytes: found.entry };
    }
  }
}

/** True where a pack has an object and gives it. */
function isGiven(packs: readonly PackFile[], oid: Oid): boolean {
  return givenBy(packs, oid) !== null;
}

/** An object as the first of some packs gives it: one that Git made anew may have it in a form that is not read here. */
function givenBy(packs: readonly PackFile[], oid: Oid): PackedObject | null {
  for (const pack of packs) {
    try {
      const found = pack.packed(oid);
      if (found !== null) return found;
    } catch {
      continue;
    }
  }
  return null;
}
