import { isRoute, isWorkload } from '../../shared/model/kinds.ts';
import type { LiveObject } from '../model/live.ts';
import type { AppObservation } from '../model/plan.ts';
import { matchesLabels } from '../../shared/model/selector.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import { hasReadyFamily } from './capacity.ts';
import { ownLive } from './own.ts';

/** Obsolete objects of one application that may be scaled down or deleted now. */
export interface Removal {
  readonly scaleToZero: readonly ObjectId[];
  readonly remove: readonly ObjectId[];
  /** How many obsolete objects are left, whether or not they may be deleted now. */
  readonly outstanding: number;
  /** Pods of a removed workload that still run, or are being stopped. */
  readonly isDraining: boolean;
}

/** What the wanted side allows: `mayRoute` = the wanted traffic split is live; `mayDrop` = and every wanted object is ready. */
export interface Gate {
  readonly mayRoute: boolean;
  readonly mayDrop: boolean;
}

/**
 * Decides what of the removable objects may go now. The order: traffic objects, workloads to zero replicas, workloads, the
 * rest. A workload that neither gets traffic nor has a ready pod goes early, because it adds no capacity; not the one that
 * served, while nothing has a ready pod in its stead: its pods may come back.
 */
export function planRemoval(observed: AppObservation, gate: Gate): Removal {
  const ids = [...observed.removable];
  const routers = ids.filter(isRoute);
  const running = ids.filter((id) => isScalable(observed, id));
  const rest = ids.filter((id) => !isRoute(id) && !isScalable(observed, id));
  const mayScale = gate.mayDrop && routers.length === 0;
  const toGo = running.filter((id) => mayScale || isIdle(observed, id));
  const scaleToZero = toGo.filter((id) => (ownLive(observed, id)?.replicas?.spec ?? 0) > 0);
  const gone = toGo.filter((id) => isAtZero(ownLive(observed, id)));
  const mayRest = gate.mayDrop && routers.length === 0 && running.length === 0;
  return {
    scaleToZero,
    remove: [...(gate.mayRoute ? routers : []), ...gone, ...(mayRest ? rest : [])],
    outstanding: ids.length,
    isDraining: running.length > gone.length,
  };
}

function isScalable(observed: AppObservation, id: ObjectId): boolean {
  return isWorkload(id) || (ownLive(observed, id)?.replicas ?? null) !== null;
}

function isAtZero(live: LiveObject | undefined): boolean {
  if (live?.replicas == null) return true;
  return live.replicas.spec === 0 && live.replicas.total === 0;
}

/** True when a workload has no ready pod, no live route leads to it, and it is not what serves. */
function isIdle(observed: AppObservation, id: ObjectId): boolean {
  const live = ownLive(observed, id);
  if (!observed.live.isSynced(id)) return false;
  // One that was deleted by hand is made again for as long as it serves.
  if (live === undefined) return !observed.served.has(id);
  if (live.replicas === null || live.replicas.ready > 0) return false;
  const served = live.replicas.wasReady && live.replicas.spec > 0;
  return !isRouted(observed, live) && (!served || hasReadyFamily(observed, id));
}

/** True where a live route of the application leads to a workload. */
export function isRouted(observed: Pick<AppObservation, 'entries' | 'live'>, workload: LiveObject): boolean {
  const { namespace } = parseObjectId(workload.id);
  const routes = [...observed.entries.keys()].filter(isRoute).flatMap((id) => observed.live.object(id)?.routes ?? []);
  return routes.some(({ service, weight }) => {
    if (weight === 0 || parseObjectId(service).namespace !== namespace) return false;
    const selector = observed.live.object(service)?.selector ?? null;
    return selector !== null && matchesLabels(selector, workload.podLabels ?? {});
  });
}
