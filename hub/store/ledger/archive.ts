import { join } from 'node:path';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { OnStep } from '../packs/durable.ts';
import { linkPacks } from '../packs/keep.ts';
import { reachable } from '../packs/reachable.ts';
import { openPackStore, type PackStore } from '../packs/store.ts';
import { volumeRef, volumesAmong, type VolumeTip } from './volume.ts';

/** Where old volumes are put, and from where. */
export interface ArchiveParts {
  readonly local: PackStore;
  /** The folder of the repository itself. */
  readonly dir: string;
  /** The folder that old volumes go to, each a bare repository of its own. */
  readonly archive: string;
  /** Trees that must stay, although the new volume may not reach them. */
  readonly alsoKept: () => Iterable<Oid>;
  readonly onStep?: OnStep;
}

/** The folder of an old volume in the archive. */
export function archivedVolume(archive: string, volume: number): string {
  return join(archive, `${volume}.git`);
}

/**
 * Puts all volumes but the newest one into repositories of their own, and leaves what the newest one reaches. Repeating it after
 * a crash does the rest: a volume leaves only once it is whole in the archive. Answers the volumes that were put away.
 */
export async function archiveVolumes(parts: ArchiveParts): Promise<readonly number[]> {
  const { local, dir, archive, alsoKept, onStep = () => undefined } = parts;
  const [newest, ...old] = volumesAmong(local.refs());
  if (newest === undefined || old.length === 0) return [];
  const here = old.filter(({ oid }) => local.has(oid));
  if (here.length > 0) {
    const live = await reachable(local, [newest.oid], true);
    const also = await reachable(local, [...alsoKept()], false);
    await local.keepOnly(new Set([...live, ...also]), async (names) => {
      for (const tip of here) {
        onStep('put packs away');
        await linkPacks(dir, archivedVolume(archive, tip.volume), names);
        onStep('name the old volume');
        await nameVolume(archivedVolume(archive, tip.volume), tip);
      }
    });
  }
  onStep('drop old branches');
  await local.dropRefs(old.map(({ ref }) => ref));
  return old.map(({ volume }) => volume);
}

/** An old volume is `main` of its repository, so that any Git reads it. */
async function nameVolume(dir: string, { oid }: VolumeTip): Promise<void> {
  const store = openPackStore(dir);
  try {
    const at = store.refs().get(volumeRef(1)) ?? null;
    if (at !== oid) await store.moveRefs([{ ref: volumeRef(1), from: at, to: oid }]);
  } finally {
    store.close();
  }
}
