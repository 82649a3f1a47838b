import type { Clock } from '../../shared/ports/clock.ts';
import { parseCommit } from '../model/commit.ts';
import type { ObjectStore } from '../model/objects.ts';
import { archiveVolumes } from './ledger/archive.ts';
import { openDue, type VolumeLimits } from './ledger/due.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { OnStep } from './packs/durable.ts';
import { reachable } from './packs/reachable.ts';
import type { PackStore } from './packs/store.ts';

/** What keeps the disk from filling: a ledger in volumes, and a channel without what no branch of it reaches. */
export interface Retention {
  /** Reads what a cut needs to know, where one is due; everything else goes on meanwhile. */
  readonly prepare: () => Promise<void>;
  /** Ends the volume of the ledger where that is due, and puts old volumes away. Nothing else may be written meanwhile. */
  readonly run: () => Promise<void>;
}

/** What it works on. */
export interface RetentionParts {
  readonly ledger: Ledger;
  /** The ledger's repository in the data folder, its folder, and where old volumes go. */
  readonly local: PackStore;
  readonly dir: string;
  readonly archive: string;
  /** The channel in the data folder. */
  readonly served: PackStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly limits: VolumeLimits;
  readonly onStep?: OnStep;
}

/** Opens it; nothing is looked at yet. */
export function openRetention(parts: RetentionParts): Retention {
  const { ledger, local, served, clock } = parts;
  const due = openDue(local, parts.limits);
  let isDue = false;
  return {
    prepare: async () => {
      isDue = await due(clock.now());
      if (isDue) await ledger.prepareCut();
    },
    run: async () => {
      if (isDue) await ledger.cut(clock.now());
      isDue = false;
      const moved = await archiveVolumes({ ...parts, alsoKept: () => shownTrees(served) });
      if (moved.length === 0) return;
      // What a channel grows by is as old as what a ledger does.
      await served.keepOnly(await reachable(served, served.refs().values(), false), () => Promise.resolve());
    },
  };
}

/** The trees of all that the channel shows: a ref that is not moved yet is still read from. */
function* shownTrees(served: ObjectStore): Generator<string> {
  for (const oid of served.refs().values()) {
    const body = served.read(oid)?.body;
    if (body !== undefined) yield parseCommit(body).tree;
  }
}
