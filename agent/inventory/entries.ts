import type { Digest } from '../../shared/lib/canonical.ts';
import { indexOf } from '../model/app-index.ts';
import { isMadeSince, type Inventory, type InventoryEntry } from '../model/inventory.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { appKey } from '../../shared/wire/bundle.ts';

/**
 * The inventory with a pending entry, proved by a nonce, for each object of these applications that has none. What was another
 * application's is this one's from now on, and remembers that one until it has the new content. What is wanted by a
 * later delivery than the one that made it, or without any, is what that made no more.
 */
export function withPending(inventory: Inventory, apps: readonly BundleApp[], nonce: () => string): Inventory {
  let next: Map<ObjectId, InventoryEntry> | null = null;
  for (const app of apps) {
    const { revisions } = indexOf(app);
    const key = appKey(app);
    for (const { id, digest } of app.objects) {
      const revision = revisions.get(id) ?? null;
      const stored = inventory.get(id);
      const entry = unmarked(stored, app);
      if (entry !== undefined && entry === stored && entry.app === key && entry.revision === revision) continue;
      next ??= new Map(inventory);
      next.set(
        id,
        entry === undefined
          ? { ...pending(id, key, revision, nonce()), ...madeBy(app, id) }
          : handedOver(entry, { app: key, revision, digest }),
      );
    }
  }
  return next ?? inventory;
}

/** An entry without the name of a delivery that goes back no more, now that its application wants the object without it. */
function unmarked(entry: InventoryEntry | undefined, app: BundleApp): InventoryEntry | undefined {
  if (entry?.delivery === undefined) return entry;
  const { delivery, ...unnamed } = entry;
  return isMadeSince({ delivery }, app, app.delivery?.number ?? Infinity) ? entry : unnamed;
}

/** An entry for the application and revision that want it now; one that comes back to its former application never left it. */
function handedOver(
  { handover, ...entry }: InventoryEntry,
  { digest, ...wanted }: { readonly app: string; readonly revision: string | null; readonly digest: Digest },
): InventoryEntry {
  if (entry.app === wanted.app) return { ...entry, ...wanted, ...(handover !== undefined && { handover }) };
  const from = handover?.from ?? entry.app;
  const isThere = entry.uid !== null && entry.applied !== null && entry.applied !== digest;
  return { ...entry, ...wanted, ...(isThere && from !== wanted.app && { handover: { from } }) };
}

/** The delivery that an object is made in; none makes what serves until its content does. */
function madeBy({ namespace, name, delivery, from }: BundleApp, id: ObjectId): Pick<InventoryEntry, 'delivery'> {
  if (delivery === undefined || from?.objects.some((one) => one.id === id) === true) return {};
  return { delivery: `${namespace}/${name}#${delivery.number}` };
}

/** The inventory without some of its entries; the same value when it has none of them. */
export function without(inventory: Inventory, ids: ReadonlySet<ObjectId>): Inventory {
  const isNone = [...ids].every((id) => !inventory.has(id));
  return isNone ? inventory : new Map([...inventory].filter(([id]) => !ids.has(id)));
}

/** An entry of an object that is being created. */
export function pending(id: ObjectId, app: string, revision: string | null, nonce: string): InventoryEntry {
  return { id, apiVersion: '', app, revision, uid: null, nonce, applied: null, fieldsHash: null };
}

/** The inventory of a cluster that was restored or copied: recorded UIDs are void, only nonces prove anything. */
export function withoutUids(inventory: Inventory): Inventory {
  return new Map([...inventory].map(([id, entry]) => [id, { ...entry, uid: null, applied: null, fieldsHash: null }]));
}
