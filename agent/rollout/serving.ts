import type { ObjectId } from '../../shared/model/object.ts';
import type { Digest } from '../../shared/lib/canonical.ts';
import { wantedDigests } from '../model/app-index.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { Contents } from '../model/contents.ts';
import type { Inventory } from '../model/inventory.ts';
import type { ServedObject } from '../model/served.ts';

/** What the agent remembers of the contents that run and that the accepted bundle has no more. */
export interface ServingMemory {
  /** The bundle that was accepted last. */
  bundle: VerifiedBundle | null;
  readonly objects: Map<ObjectId, ServedObject>;
}

/** The memory of an agent that has accepted no bundle yet. */
export function newServingMemory(): ServingMemory {
  return { bundle: null, objects: new Map() };
}

/** What remembering needs of the agent. */
export interface ServingPorts {
  readonly memory: { readonly serving: ServingMemory };
  readonly contents: Contents;
}

/** What a restart left of it, as the cluster kept it. */
export interface Recalled {
  /** The started bundle, where another one is accepted; or the one before it, where what still runs of it is to be replaced. */
  readonly started: VerifiedBundle | null;
  /** What else served when that one started. */
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
}

/**
 * Remembers of an older bundle what was applied of it and is not wanted like that any more, and forgets what is gone, or was
 * applied otherwise since. Answers all of it. With the first bundle after a restart it begins with what was kept.
 */
export function rememberServing(
  { memory: { serving: memory }, contents }: ServingPorts,
  bundle: VerifiedBundle,
  inventory: Inventory,
  recalled: Recalled,
): ServingMemory['objects'] {
  const { objects } = memory;
  const before = memory.bundle ?? recalled.started;
  if (memory.bundle === null) for (const [id, one] of recalled.served) objects.set(id, one);
  const wanted = wantedDigests(bundle.revision);
  if (before !== null && before !== bundle) takeApplied(objects, contents, { before, inventory, wanted });
  // After a restart, what serves is known from the bundle alone, where it says so.
  const serving = before === bundle ? null : servingContents(bundle);
  if (serving !== null) takeApplied(objects, contents, { before: serving, inventory, wanted });
  memory.bundle = bundle;
  for (const [id, { digest }] of [...objects]) {
    if (inventory.get(id)?.applied !== digest || wanted.get(id) === digest) objects.delete(id);
  }
  return objects;
}

/** A bundle of the contents that this one says serve until its own do; null where it says none. */
function servingContents(bundle: VerifiedBundle): VerifiedBundle | null {
  const apps = bundle.revision.apps.flatMap((app) => (app.from === undefined ? [] : [{ ...app, ...app.from }]));
  return apps.length === 0 ? null : { ...bundle, revision: { ...bundle.revision, apps } };
}

interface Replaced {
  readonly before: VerifiedBundle;
  readonly inventory: Inventory;
  readonly wanted: ReadonlyMap<ObjectId, Digest>;
}

function takeApplied(
  objects: ServingMemory['objects'],
  contents: Contents,
  { before, inventory, wanted }: Replaced,
): void {
  for (const app of before.revision.apps) {
    for (const { id, digest } of app.objects) {
      if (wanted.get(id) === digest || inventory.get(id)?.applied !== digest) continue;
      const bytes = contents.sizeOf(digest) === null ? before.objectBytes(digest) : null;
      if (bytes !== null) contents.put(digest, bytes);
      if (contents.sizeOf(digest) !== null) objects.set(id, { app, digest });
    }
  }
}

/** Forgets what is being removed now: it must not come back. Answers the same plan. */
export function forgetRemoved<
  P extends { readonly scaleToZero: readonly ObjectId[]; readonly remove: readonly (readonly ObjectId[])[] },
>({ objects }: ServingMemory, plan: P): P {
  for (const id of [...plan.scaleToZero, ...plan.remove.flat()]) objects.delete(id);
  return plan;
}
