import type { Inventory } from '../model/inventory.ts';
import { indexOf } from '../model/app-index.ts';
import { indexOfInventory } from '../model/inventory-index.ts';
import type { LiveView } from '../model/live.ts';
import { readsOf } from '../model/reads.ts';
import type { GroupKind } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { wantedFields } from './observe.ts';
import { sliceKind } from './project.ts';

/** The kinds to watch, and those of them that must be listed before the first write. */
export interface WatchedKinds {
  readonly kinds: ReadonlySet<GroupKind>;
  readonly awaited: ReadonlySet<GroupKind>;
}

/**
 * Begins to watch what runs, before it is known what is wanted: after a restart it is listed while the bundle is fetched and checked.
 * Answers what was recalled.
 */
export function beginToFollow<T extends { readonly inventory: Inventory }>(
  view: Pick<LiveView, 'begin'>,
  recalled: T,
): T {
  view.begin(indexOfInventory(recalled.inventory).kinds);
  return recalled;
}

/**
 * Watches the kinds of the inventory and of these applications, what these only read, and no others, and keeps the fields that these
 * want to know; resolves when those of the inventory are listed.
 */
export async function followKinds(
  view: Pick<LiveView, 'follow' | 'observe' | 'read'>,
  inventory: Inventory,
  apps: readonly BundleApp[],
): Promise<void> {
  const { kinds, awaited } = watchedKinds(inventory, apps);
  view.read(new Set(apps.flatMap((app) => readsOf(app).map(({ id }) => id))));
  await view.follow(kinds, awaited);
  view.observe(wantedFields(apps));
}

/** Kinds of which nothing is inventoried are not awaited: there is nothing to learn of them before the first write. */
export function watchedKinds(inventory: Inventory, apps: readonly BundleApp[]): WatchedKinds {
  const owned = new Set<GroupKind>(indexOfInventory(inventory).kinds);
  const kinds = new Set([...owned, ...apps.flatMap((app) => [...indexOf(app).kinds])]);
  if (apps.some((app) => app.traffic.length > 0)) {
    kinds.add(sliceKind);
    if (owned.has('/Service')) owned.add(sliceKind);
  }
  return { kinds, awaited: owned };
}
