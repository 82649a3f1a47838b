import type { InventoryEntry } from '../model/inventory.ts';
import type { AppObservation } from '../model/plan.ts';
import type { ServedObject } from '../model/served.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { indexOf } from '../model/app-index.ts';
import { freeCapacity } from './capacity.ts';
import { ownLive } from './own.ts';
import type { Removal } from './removal.ts';
import { hasEndpoints, withoutLost } from './split.ts';
import { shareOut } from './weights.ts';

/** Objects that are repaired to what was applied, with the replicas and weights to repair them with. */
export interface Kept {
  readonly ids: readonly ObjectId[];
  /** What serves until it is replaced, was changed or deleted by others, and whose content is not at hand since a restart. */
  readonly unrepaired: readonly ObjectId[];
  readonly replicas: ReadonlyMap<ObjectId, number>;
  readonly weights: ReadonlyMap<ObjectId, readonly number[]>;
}

/** How far the change is. */
export interface KeepGate {
  /** Objects of the bundle that must not be written yet. */
  readonly held: ReadonlySet<ObjectId>;
  readonly removal: Removal;
  /** True once everything that is wanted is ready and has its traffic: then the old is needed no more. */
  readonly mayDrop: boolean;
}

/**
 * What serves keeps its repair until it is replaced: the objects that the bundle has no more, until they may go, and the old
 * content of those that must not be changed yet. Nothing of it moves: replicas are never lowered, weights are the live ones. What the
 * agent has stopped to delete it stays stopped, after a restart, too.
 */
export function keptObjects(observed: AppObservation, app: BundleApp, { held, removal, mayDrop }: KeepGate): Kept {
  const { digests } = indexOf(app);
  const going = new Set([...removal.remove, ...removal.scaleToZero]);
  const served = [...observed.served].filter(([id]) =>
    digests.has(id) ? held.has(id) : !mayDrop && !going.has(id) && !isStopped(observed, id) && observed.entries.has(id),
  );
  const splits = served.map(([id, one]) => [id, splitOf(observed, id, one)] as const);
  const dead = new Set(splits.flatMap(([id, split]) => (split === 'nothing is ready' ? [id] : [])));
  const free = freeCapacity(observed, app).replicas;
  const isLost = (entry: InventoryEntry): boolean => {
    const { id, applied, uid } = entry;
    if (applied === null || uid === null || observed.served.has(id) || !isChanged(observed, entry)) return false;
    const wanted = digests.get(id);
    return wanted === undefined ? !mayDrop && !going.has(id) : held.has(id) && wanted !== applied;
  };
  return {
    unrepaired: [...observed.entries.values()].filter(isLost).map(({ id }) => id),
    ids: served.map(([id]) => id).filter((id) => !dead.has(id)),
    replicas: new Map(
      served.flatMap(([id, one]) => {
        const count = replicasOf(observed, id, one) ?? free.get(id);
        return count === undefined ? [] : [[id, count] as const];
      }),
    ),
    weights: new Map(splits.flatMap(([id, split]) => (typeof split === 'string' ? [] : [[id, split] as const]))),
  };
}

/** True for a workload that this agent, before a restart perhaps, stopped to delete it. */
function isStopped(observed: AppObservation, id: ObjectId): boolean {
  const replicas = ownLive(observed, id)?.replicas;
  return replicas != null && replicas.setBy === 'drain' && replicas.spec === 0;
}

/** True where an object is not what was applied, by what the watches show. */
function isChanged(observed: AppObservation, { id, fieldsHash, finished }: InventoryEntry): boolean {
  const live = ownLive(observed, id);
  if (live === undefined) return observed.live.isSynced(id) && finished === undefined;
  return live.fieldsHash !== fieldsHash;
}

function replicasOf(observed: AppObservation, id: ObjectId, { app }: ServedObject): number | undefined {
  const wanted = indexOf(app).replicas.get(id);
  return wanted === undefined ? undefined : Math.max(wanted, ownLive(observed, id)?.replicas?.spec ?? 0);
}

function splitOf(
  observed: AppObservation,
  id: ObjectId,
  { app }: ServedObject,
): readonly number[] | 'no split' | 'nothing is ready' {
  const traffic = app.traffic.find((one) => one.id === id);
  if (traffic === undefined) return 'no split';
  const routes = ownLive(observed, id)?.routes ?? null;
  if (routes === null) {
    const ready = traffic.targets.map(({ service }) => hasEndpoints(observed, service));
    return shareOut(traffic.targets, ready) ?? 'nothing is ready';
  }
  const live = traffic.targets.map(({ rule, service, weight }) => {
    const backend = routes.find((route) => route.rule === rule && route.service === service);
    return backend?.weight ?? weight;
  });
  return withoutLost(observed, traffic, live).weights;
}
