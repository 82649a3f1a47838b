import { indexOfInventory } from '../model/inventory-index.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Live } from '../model/live.ts';
import type { AppOutcome } from '../model/outcome.ts';
import { isWorkload } from '../../shared/model/kinds.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';

/**
 * `NAME has no ready pod: ...` of an application whose change waits while what served before has no ready pod either; null when
 * something serves, or nothing did before.
 */
export function outageOf(live: Live, inventory: Inventory, { key, app }: AppOutcome): string | null {
  if (app === null) return null;
  const entries = [...(indexOfInventory(inventory).apps.get(key)?.values() ?? [])].filter(({ id }) => isWorkload(id));
  if (entries.some(({ id }) => (live.object(id)?.replicas?.ready ?? 0) > 0)) return null;
  const wanted = new Set(app.objects.map(({ id }) => id));
  const served = entries.filter(({ id }) => !wanted.has(id)).flatMap(({ id }) => lackOf(live, id));
  return served.length === 0 ? null : `${app.name} has no ready pod: ${served.join(', ')}`;
}

function lackOf(live: Live, id: ObjectId): string[] {
  const { kind, name } = parseObjectId(id);
  const object = live.object(id);
  if (object === undefined) return live.isSynced(id) ? [`${kind}/${name} is not there`] : [];
  const replicas = object.replicas ?? null;
  if (replicas === null || replicas.spec === 0 || !replicas.wasReady) return [];
  return [`${kind}/${name} has 0 of ${replicas.spec} ready`];
}
