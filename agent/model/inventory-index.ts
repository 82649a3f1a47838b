import { groupKindOf, type GroupKind, type ObjectId } from '../../shared/model/object.ts';
import type { Inventory, InventoryEntry } from './inventory.ts';

/** An inventory seen by application and by kind. */
export interface InventoryIndex {
  readonly apps: ReadonlyMap<string, ReadonlyMap<ObjectId, InventoryEntry>>;
  readonly kinds: ReadonlySet<GroupKind>;
}

// Inventories never change: a pass that changes something makes another one.
const indexes = new WeakMap<Inventory, InventoryIndex>();

/** The index of an inventory: made once, for as long as nothing in it changes. */
export function indexOfInventory(inventory: Inventory): InventoryIndex {
  const known = indexes.get(inventory);
  if (known !== undefined) return known;
  const apps = new Map<string, Map<ObjectId, InventoryEntry>>();
  const kinds = new Set<GroupKind>();
  for (const entry of inventory.values()) {
    kinds.add(groupKindOf(entry.id));
    const own = apps.get(entry.app);
    if (own === undefined) apps.set(entry.app, new Map([[entry.id, entry]]));
    else own.set(entry.id, entry);
  }
  const index = { apps, kinds };
  indexes.set(inventory, index);
  return index;
}
