import type { Agent } from '../model/agent.ts';
import type { Inventory } from '../model/inventory.ts';
import { indexOf } from '../model/app-index.ts';
import { indexOfInventory } from '../model/inventory-index.ts';
import type { GroupKind } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { sliceKind } from './project.ts';

/**
 * Watches the kinds of the inventory and of these applications, and no others. Waits for those of which something is
 * inventoried: of the rest there is nothing to know before the first write.
 */
export async function followKinds(agent: Agent, inventory: Inventory, apps: readonly BundleApp[]): Promise<void> {
  const owned = new Set<GroupKind>(indexOfInventory(inventory).kinds);
  const kinds = new Set([...owned, ...apps.flatMap((app) => [...indexOf(app).kinds])]);
  if (apps.some((app) => app.traffic.length > 0)) {
    kinds.add(sliceKind);
    if (owned.has('/Service')) owned.add(sliceKind);
  }
  await agent.view.follow(kinds, owned);
}
