import { kindFacts } from '../../shared/model/kinds.ts';
import { groupKindOf, type ObjectId } from '../../shared/model/object.ts';
import { indexOfInventory } from '../model/inventory-index.ts';
import type { Finish, Inventory, InventoryEntry } from '../model/inventory.ts';
import type { LiveView } from '../model/live.ts';

/**
 * The inventory with the end of every Job and Pod that ran to it: what is gone after that is done, and is not made again. It is
 * recorded while it can be seen, because the server may remove such an object at any time.
 */
export function withFinished(inventory: Inventory, live: Pick<LiveView, 'object' | 'isSynced' | 'endOf'>): Inventory {
  const kinds = new Set([...indexOfInventory(inventory).kinds].filter((kind) => kindFacts(kind).runsToItsEnd));
  if (kinds.size === 0) return inventory;
  let next: Map<ObjectId, InventoryEntry> | null = null;
  for (const entry of inventory.values()) {
    if (!kinds.has(groupKindOf(entry.id))) continue;
    const { uid, applied } = entry;
    if (uid === null || applied === null || entry.finished?.digest === applied) continue;
    const how = finishOf(entry, uid, live);
    if (how === null) continue;
    next ??= new Map(inventory);
    next.set(entry.id, { ...entry, finished: { digest: applied, how } });
  }
  return next ?? inventory;
}

function finishOf(
  { id, expires }: InventoryEntry,
  uid: string,
  live: Pick<LiveView, 'object' | 'isSynced' | 'endOf'>,
): Finish['how'] | null {
  const seen = live.object(id);
  if (seen !== undefined) return seen.uid === uid ? (seen.finish ?? null) : null;
  if (!live.isSynced(id)) return null;
  const end = live.endOf(uid);
  if (end !== undefined) return end.finish;
  // It left while no watch was open: one that the server removes after its end is taken to have come to it.
  return expires === true ? 'unseen' : null;
}
