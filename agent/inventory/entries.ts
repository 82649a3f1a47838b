import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { appKey } from '../../shared/wire/bundle.ts';

/** The inventory with a pending entry, proved by a nonce, for each object of these applications that has none. */
export function withPending(inventory: Inventory, apps: readonly BundleApp[], nonce: () => string): Inventory {
  const next = new Map(inventory);
  for (const app of apps) {
    const revisionOf = revisionsById(app);
    for (const { id } of app.objects) {
      const revision = revisionOf.get(id) ?? null;
      const entry = next.get(id);
      if (entry === undefined) next.set(id, pending(id, appKey(app), revision, nonce()));
      else if (entry.app !== appKey(app) || entry.revision !== revision) {
        next.set(id, { ...entry, app: appKey(app), revision });
      }
    }
  }
  return next.size === inventory.size && [...next].every(([id, entry]) => inventory.get(id) === entry)
    ? inventory
    : next;
}

/** An entry of an object whose creation is under way. */
export function pending(id: ObjectId, app: string, revision: string | null, nonce: string): InventoryEntry {
  return { id, apiVersion: '', app, revision, uid: null, nonce, applied: null, fieldsHash: null };
}

/** The inventory of a cluster that was restored or copied: recorded UIDs are void, only nonces prove anything. */
export function withoutUids(inventory: Inventory): Inventory {
  return new Map([...inventory].map(([id, entry]) => [id, { ...entry, uid: null, applied: null, fieldsHash: null }]));
}

function revisionsById(app: BundleApp): Map<ObjectId, string> {
  return new Map(app.revisions.flatMap((revision) => revision.objects.map((id) => [id, revision.name] as const)));
}
