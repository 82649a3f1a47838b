import { kindFacts } from '../../shared/model/kinds.ts';
import {
  groupKind,
  groupKindOf,
  objectId,
  parseObjectId,
  type GroupKind,
  type ObjectId,
} from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AppContent, BundleApp } from '../../shared/wire/revision.ts';
import type { VerifiedBundle } from './bundle.ts';
import { indexOf } from './app-index.ts';
import { indexOfInventory } from './inventory-index.ts';
import type { Inventory, InventoryEntry } from './inventory.ts';
import type { KubeResource } from './kube.ts';
import { readsOf } from './reads.ts';

/** Whether kinds are namespaced, of those whose scope the hub could only guess. */
export type Scopes = ReadonlyMap<GroupKind, boolean>;

/** A bundle with the ids that its objects have on this cluster. */
export interface Located {
  readonly bundle: VerifiedBundle;
  /** The hub's ids of those that differ, by the id here. */
  readonly hubIds: ReadonlyMap<ObjectId, ObjectId>;
  /** Objects that cannot be told from another one here, by the hub's id, and why. */
  readonly clashes: ReadonlyMap<ObjectId, string>;
}

/**
 * The scopes of these kinds as the server says, or, of what it does not serve now, as the inventory shows: an object that was
 * created has the id that it was created under.
 */
export function scopesOf(kinds: Iterable<GroupKind>, resources: readonly KubeResource[], inventory: Inventory): Scopes {
  const asked = new Set([...kinds].filter((kind) => kindFacts(kind).scope === null));
  const scopes = new Map<GroupKind, boolean>();
  if (asked.size === 0) return scopes;
  for (const entry of inventory.values()) {
    const kind = groupKindOf(entry.id);
    if (asked.has(kind) && entry.uid !== null) scopes.set(kind, parseObjectId(entry.id).namespace !== '');
  }
  for (const { group, kind, namespaced } of resources) {
    const name = groupKind(group, kind);
    if (asked.has(name)) scopes.set(name, namespaced);
  }
  return scopes;
}

/** The kinds of a bundle and an inventory. */
export function kindsOf({ revision }: Pick<VerifiedBundle, 'revision'>, inventory: Inventory): Set<GroupKind> {
  const retired = revision.retired.map(({ id }) => groupKindOf(id));
  const wanted = revision.apps.flatMap((app) => [...indexOf(app).kinds, ...kindsBeside(app)]);
  return new Set([...wanted, ...retired, ...indexOfInventory(inventory).kinds]);
}

/** The kinds of what an application reads or keeps. */
function kindsBeside(app: BundleApp): readonly GroupKind[] {
  return [...readsOf(app), ...(app.kept ?? [])].map(({ id }) => groupKindOf(id));
}

/** The ids of all that an application has, reads or keeps, of what serves meanwhile, too. */
function idsOf(app: BundleApp): ReadonlySet<ObjectId> {
  const all = [...app.objects, ...readsOf(app), ...(app.kept ?? []), ...(app.from?.objects ?? [])];
  return new Set(all.map(({ id }) => id));
}

/** The id of an object here; `namespace` is for a kind that turns out to be namespaced. */
function located(id: ObjectId, scopes: Scopes, namespace: string): ObjectId {
  const isNamespaced = scopes.get(groupKindOf(id));
  if (isNamespaced === undefined) return id;
  const ref = parseObjectId(id);
  if (!isNamespaced) return ref.namespace === '' ? id : objectId({ ...ref, namespace: '' });
  return ref.namespace === '' && namespace !== '' ? objectId({ ...ref, namespace }) : id;
}

/**
 * The bundle with the ids that its objects have here: a hub that does not know a custom kind guesses whether it is namespaced. The
 * same values wherever nothing is to be corrected, and for as long as the corrections are the same.
 */
export function locateBundle(bundle: VerifiedBundle, scopes: Scopes, inventory: Inventory): Located {
  const { apps, retired } = bundle.revision;
  const claims = claimsOf(apps, scopes);
  const moved = [...claims.moved];
  const gone = retired.map((one) => ({ ...one, here: locatedRetired(one.id, scopes, inventory) }));
  const hubIds = new Map(moved.map(([hubs, here]) => [here, hubs] as const));
  for (const { id, here } of gone) if (id !== here && !hubIds.has(here)) hubIds.set(here, id);
  const { clashes } = claims;
  if (hubIds.size === 0) return { bundle, hubIds, clashes };
  const key = JSON.stringify([...hubIds]);
  const known = bundles.get(bundle);
  if (known?.key === key) return { bundle: known.value, hubIds, clashes };
  const value: VerifiedBundle = {
    ...bundle,
    revision: {
      ...bundle.revision,
      apps: apps.map((app) => locateApp(app, claims.moved)),
      retired: gone.map(({ here, ...one }) => ({ ...one, id: here })),
    },
  };
  bundles.set(bundle, { key, value });
  return { bundle: value, hubIds, clashes };
}

interface Kept<T> {
  readonly key: string;
  readonly value: T;
}

const bundles = new WeakMap<VerifiedBundle, Kept<VerifiedBundle>>();
const applications = new WeakMap<BundleApp, Kept<BundleApp>>();

/** Which ids of applications move, and which cannot because another object has the id already. */
function claimsOf(apps: readonly BundleApp[], scopes: Scopes) {
  const moved = new Map<ObjectId, ObjectId>();
  const clashes = new Map<ObjectId, string>();
  if (scopes.size === 0) return { moved, clashes };
  const custom = apps.filter(
    (app) => app.from !== undefined || [...indexOf(app).kinds, ...kindsBeside(app)].some((kind) => scopes.has(kind)),
  );
  const all = custom.flatMap((app) =>
    [...idsOf(app)].map((id) => ({
      id,
      here: located(id, scopes, app.namespace),
      app: appKey(app),
    })),
  );
  const taken = new Map(all.filter(({ id, here }) => id === here).map(({ id, app }) => [id, app] as const));
  for (const { id, here, app } of all) {
    // What one has and another keeps is one object.
    if (id === here || moved.get(id) === here) continue;
    const other = taken.get(here);
    if (other === undefined) {
      taken.set(here, app);
      moved.set(id, here);
    } else clashes.set(id, `its kind is cluster-wide here, and ${other} has an object of this name`);
  }
  return { moved, clashes };
}

/** A retired object is looked for where it was created. */
function locatedRetired(id: ObjectId, scopes: Scopes, inventory: Inventory): ObjectId {
  const isNamespaced = scopes.get(groupKindOf(id));
  if (isNamespaced !== true || parseObjectId(id).namespace !== '') return located(id, scopes, '');
  const { name } = parseObjectId(id);
  const places = [...inventory.keys()].filter(
    (one) => groupKindOf(one) === groupKindOf(id) && one.endsWith(`/${name}`),
  );
  return places.length === 1 ? (places[0] ?? id) : id;
}

function locateApp(app: BundleApp, moved: ReadonlyMap<ObjectId, ObjectId>): BundleApp {
  const own = [...idsOf(app)].flatMap((id) => (moved.has(id) ? [[id, moved.get(id)]] : []));
  if (own.length === 0) return app;
  const key = JSON.stringify(own);
  const known = applications.get(app);
  if (known?.key === key) return known.value;
  const here = (id: ObjectId): ObjectId => moved.get(id) ?? id;
  const each = <T extends { readonly id: ObjectId }>(list: readonly T[]) =>
    list.map((one) => ({ ...one, id: here(one.id) }));
  const listsOf = ({ objects, replicas, traffic, revisions }: AppContent) => ({
    objects: each(objects),
    replicas: each(replicas),
    traffic: each(traffic),
    revisions: revisions.map((revision) => ({ ...revision, objects: revision.objects.map(here) })),
  });
  const { from } = app;
  const reads = readsOf(app);
  const value: BundleApp = {
    ...app,
    ...listsOf(app),
    ...(reads.length > 0 && { reads: each(reads) }),
    ...(app.kept !== undefined && { kept: each(app.kept) }),
    ...(from !== undefined && { from: { ...from, ...listsOf(from) } }),
    ...(app.observe !== undefined && { observe: each(app.observe) }),
  };
  applications.set(app, { key, value });
  return value;
}

/** The inventory with the ids that its objects have here; the same value where all have. */
export function locateInventory(inventory: Inventory, scopes: Scopes): Inventory {
  const kinds = [...indexOfInventory(inventory).kinds].filter((kind) => scopes.has(kind));
  if (kinds.length === 0) return inventory;
  const here = (entry: InventoryEntry) => located(entry.id, scopes, entry.app.slice(0, entry.app.indexOf('/')));
  const moved = [...inventory.values()].filter((entry) => here(entry) !== entry.id);
  if (moved.length === 0) return inventory;
  const next = new Map(inventory);
  for (const entry of moved) {
    next.delete(entry.id);
    const id = here(entry);
    // What was recorded under the right id is worth more.
    if (!next.has(id)) next.set(id, { ...entry, id });
  }
  return next;
}
