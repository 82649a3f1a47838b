import { indexOf } from '../model/app-index.ts';
import { isOfRun } from '../model/analysis-run.ts';
import type { Stage } from '../model/delivery.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { Live } from '../model/live.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { pending } from './entries.ts';

/** The applications that may be changed now, what their deliveries want, and what is seen of the cluster. */
interface Running {
  readonly apps: readonly BundleApp[];
  readonly stages: ReadonlyMap<BundleApp, Stage>;
  readonly view: Pick<Live, 'object' | 'isSynced'>;
}

/**
 * The inventory with the runs of the Jobs that analyses of these applications ask for, before anything is written: what is not made yet gets a nonce of
 * its run, and the Job of another run makes way. What was taken over is not ours to delete: it stays for as long as it is there.
 */
export function withRuns(inventory: Inventory, { apps, stages, view }: Running, nonce: () => string): Inventory {
  const changed = apps.flatMap((app) =>
    [...(stages.get(app)?.runs ?? [])].flatMap(([id, run]): (readonly [ObjectId, InventoryEntry])[] => {
      const entry = inventory.get(id);
      if (entry === undefined || isOfRun(entry.nonce, run)) return [];
      const next = ofRun(entry, app, { view, nonce: () => `${run}${nonce()}` });
      return next === entry ? [] : [[id, next]];
    }),
  );
  return changed.length === 0 ? inventory : new Map([...inventory, ...changed]);
}

/** The entry as it is to be for a run: the very same one where nothing is to be done. */
function ofRun(
  entry: InventoryEntry,
  app: BundleApp,
  { view, nonce }: { readonly view: Running['view']; readonly nonce: () => string },
): InventoryEntry {
  if (entry.uid === null) return begun(entry, nonce());
  if (entry.adopted !== true) return makingWay(entry, app);
  // People deleted it, finished or not.
  const isGone = view.object(entry.id) === undefined && view.isSynced(entry.id);
  return isGone ? begun(entry, nonce()) : entry;
}

function begun({ id, app, revision, delivery }: InventoryEntry, nonce: string): InventoryEntry {
  return { ...pending(id, app, revision, nonce), ...(delivery !== undefined && { delivery }) };
}

/** The very same entry where it makes way already. */
function makingWay(entry: InventoryEntry, app: BundleApp): InventoryEntry {
  const refused = indexOf(app).digests.get(entry.id);
  if (refused === undefined || entry.handover?.refused === refused) return entry;
  return { ...entry, handover: { from: appKey(app), refused } };
}
