import { isRouter, isWorkload } from '../model/kinds.ts';
import type { LiveObject } from '../model/live.ts';
import type { AppSight } from '../model/plan.ts';
import { matchesLabels } from '../../shared/model/selector.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import { ownLive } from './readiness.ts';

/** What may be taken away now of what nobody wants any more. */
export interface Removal {
  readonly scaleToZero: readonly ObjectId[];
  readonly remove: readonly ObjectId[];
  /** Ids that are still to go, whether or not it may happen now. */
  readonly outstanding: number;
  /** Pods of a removed workload that still run, or are being stopped. */
  readonly isDraining: boolean;
}

/** What is known of the wanted side: `mayRoute` = the wanted traffic stands; `mayDrop` = and all that is wanted is ready. */
export interface Gate {
  readonly mayRoute: boolean;
  readonly mayDrop: boolean;
}

/**
 * The order of going: traffic objects first, then workloads to zero, then workloads, then the rest. A workload that
 * neither gets traffic nor has a ready pod goes early: it is no capacity.
 */
export function planRemoval(sight: AppSight, gate: Gate): Removal {
  const ids = [...sight.removable];
  const routers = ids.filter(isRouter);
  const running = ids.filter((id) => isScalable(sight, id));
  const rest = ids.filter((id) => !isRouter(id) && !isScalable(sight, id));
  const mayScale = gate.mayDrop && routers.length === 0;
  const toGo = running.filter((id) => mayScale || isIdle(sight, id));
  const scaleToZero = toGo.filter((id) => (ownLive(sight, id)?.replicas?.spec ?? 0) > 0);
  const gone = toGo.filter((id) => isAtZero(ownLive(sight, id)));
  const mayRest = gate.mayDrop && routers.length === 0 && running.length === 0;
  return {
    scaleToZero,
    remove: [...(gate.mayRoute ? routers : []), ...gone, ...(mayRest ? rest : [])],
    outstanding: ids.length,
    isDraining: running.length > gone.length,
  };
}

function isScalable(sight: AppSight, id: ObjectId): boolean {
  return isWorkload(id) || (ownLive(sight, id)?.replicas ?? null) !== null;
}

function isAtZero(live: LiveObject | undefined): boolean {
  if (live?.replicas == null) return true;
  return live.replicas.spec === 0 && live.replicas.total === 0;
}

/** True when a workload has no ready pod and no live way leads to it. */
function isIdle(sight: AppSight, id: ObjectId): boolean {
  const live = ownLive(sight, id);
  if (!sight.live.isSynced(id)) return false;
  if (live === undefined) return true;
  if (live.replicas === null || live.replicas.ready > 0) return false;
  return !isRouted(sight, live);
}

function isRouted(sight: AppSight, workload: LiveObject): boolean {
  const { namespace } = parseObjectId(workload.id);
  const routes = [...sight.entries.keys()].filter(isRouter).flatMap((id) => sight.live.object(id)?.routes ?? []);
  return routes.some(({ service, weight }) => {
    if (weight === 0 || parseObjectId(service).namespace !== namespace) return false;
    const selector = sight.live.object(service)?.selector ?? null;
    return selector !== null && matchesLabels(selector, workload.podLabels ?? {});
  });
}
