import { indexOf } from '../model/app-index.ts';
import { isOfRun } from '../model/analysis-run.ts';
import type { Stage } from '../model/delivery.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { pending } from './entries.ts';

/**
 * The inventory with the runs of the Jobs that analyses of these applications ask for, before anything is written: what is not made yet gets a nonce of
 * its run, and the Job of another run makes way. What was taken over is not ours to delete: it stays as it is.
 */
export function withRuns(
  inventory: Inventory,
  { apps, stages }: { readonly apps: readonly BundleApp[]; readonly stages: ReadonlyMap<BundleApp, Stage> },
  nonce: () => string,
): Inventory {
  const next = new Map(inventory);
  for (const app of apps) {
    for (const [id, run] of stages.get(app)?.runs ?? []) {
      const entry = next.get(id);
      if (entry === undefined || entry.adopted === true || isOfRun(entry.nonce, run)) continue;
      next.set(id, entry.uid === null ? begun(entry, `${run}${nonce()}`) : makingWay(entry, app));
    }
  }
  const isSame = [...next].every(([id, entry]) => inventory.get(id) === entry);
  return isSame ? inventory : next;
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
