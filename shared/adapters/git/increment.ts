import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../../errors.ts';
import { makePack, packEntryAside, type PackEntry } from '../../lib/git/pack.ts';
import { startSlices, unitsOfBytes } from '../../lib/slices.ts';
import { fetchObjects } from './fetch-pack.ts';
import type { FetchLimits } from './library.ts';
import type { GitHost } from './refs.ts';

/** A commit to fetch into a clone that has history already. */
export interface IncrementOrder {
  readonly commit: string;
  /** A commit whose history is in the clone. */
  readonly have: string;
  readonly limits: FetchLimits;
  readonly signal: AbortSignal;
}

/**
 * Brings what a commit adds to a clone on disk, in one request, as one pack without deltas. Every object is named by what
 * it holds, so that nothing damaged can come in. Throws PACK_INVALID for an answer without the commit.
 */
export async function fetchIncrement(host: GitHost, gitdir: string, order: IncrementOrder): Promise<void> {
  const { commit, have, limits, signal } = order;
  const objects = await fetchObjects(host, { wants: [commit], haves: [have] }, signal, limits);
  // A branch that was reset to a commit that is here adds nothing.
  if (objects.length === 0) return;
  if (!objects.some(({ oid }) => oid === commit)) {
    throw new SluiceError('PACK_INVALID', 'the Git server sent something else than was asked for', { subject: commit });
  }
  const entries: PackEntry[] = [];
  const slices = startSlices();
  for (const object of objects) {
    entries.push(await packEntryAside(object));
    await slices.spend(3 * unitsOfBytes(object.body.length));
  }
  const { name, pack, index } = makePack(entries);
  const path = join(gitdir, 'objects', 'pack', `pack-${name}`);
  await writeFile(`${path}.pack`, pack);
  // A pack exists once its index does.
  await writeFile(`${path}.new`, index);
  await rename(`${path}.new`, `${path}.idx`);
}
