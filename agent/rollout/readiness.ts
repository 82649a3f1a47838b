import { indexOf } from '../model/app-index.ts';
import type { LiveObject } from '../model/live.ts';
import type { AppObservation } from '../model/plan.ts';
import { matchesLabels } from '../../shared/model/selector.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { wantedReplicas } from './capacity.ts';
import { ownLive } from './own.ts';

/** Ready, or why the first workload that is not ready is not. */
export type Readiness =
  { readonly ok: true } | { readonly ok: false; readonly why: string; readonly isFailed: boolean };

const ok: Readiness = { ok: true };

/** Whether a workload of the bundle runs all the pods that the bundle wants, and its controller is done. */
export function workloadReadiness(observed: AppObservation, app: BundleApp, id: ObjectId): Readiness {
  const { kind, name } = parseObjectId(id);
  const not = (why: string, isFailed = false): Readiness => ({ ok: false, why: `${kind}/${name}: ${why}`, isFailed });
  const fault = observed.faults.get(id);
  if (fault !== undefined) return not(fault);
  const live = ownLive(observed, id);
  if (live === undefined)
    return not(isUnseen(observed, id) ? 'not known while it cannot be listed' : 'not created yet');
  if (observed.entries.get(id)?.applied !== indexOf(app).digests.get(id)) return not('not applied yet');
  // What is to have no pods is late with nothing; that they stop is waited for elsewhere.
  if (indexOf(app).replicas.get(id) === 0) return ok;
  const isFailed = live.health === 'Failed';
  const short = shortOf(live, wantedReplicas(observed, app, id));
  if (short !== null) return not(short, isFailed);
  return live.health === 'Current' ? ok : not(live.message, isFailed);
}

/** True for an object that was made, and of whose kind it is not known now what is there. */
function isUnseen({ entries, live }: AppObservation, id: ObjectId): boolean {
  return (entries.get(id)?.uid ?? null) !== null && !live.isSynced(id);
}

/** True while workloads of the application, or what stands behind its Services, cannot be seen: then no time runs against it. */
export function hasUnseen(observed: AppObservation, app: BundleApp): boolean {
  if ([...indexOf(app).running].some((id) => isUnseen(observed, id))) return true;
  const services = app.traffic.flatMap(({ targets }) => targets.map(({ service }) => service));
  return services.some(
    (id) => (observed.entries.get(id)?.uid ?? null) !== null && observed.live.readyEndpoints(id) === null,
  );
}

/** Too few ready pods, in words; pods beyond the wanted ones may be stopping and do not count. */
function shortOf(live: LiveObject, desired: number): string | null {
  if (live.replicas === null || live.replicas.ready >= desired) return null;
  const short = `${live.replicas.ready} of ${desired} ready`;
  if (live.health === 'Current' || live.message === '') return short;
  // Most messages begin with the very same words.
  return live.message.startsWith(short) ? live.message : `${short} (${live.message})`;
}

/** Whether everything that runs pods in a revision is ready. */
export function revisionReadiness(observed: AppObservation, app: BundleApp, revision: string): Readiness {
  const objects = app.revisions.find((one) => one.name === revision)?.objects ?? [];
  const { running } = indexOf(app);
  return firstNotReady(
    observed,
    app,
    objects.filter((id) => running.has(id)),
  );
}

/** Whether everything that runs pods in the application is ready: then no drop beside it can cost capacity. */
export function appReadiness(observed: AppObservation, app: BundleApp): Readiness {
  return firstNotReady(observed, app, indexOf(app).running);
}

/** The revision that owns an object exclusively; null when several share it. */
export function revisionOf(app: BundleApp, id: ObjectId): string | null {
  return app.revisions.find((one) => one.objects.includes(id))?.name ?? null;
}

/** Pods that should stand behind a Service when all is ready: the wanted replicas of the workloads that it selects, at least one. */
export function expectedEndpoints(observed: AppObservation, app: BundleApp, service: ObjectId): number {
  const counts = workloadsBehind(observed, app, service).map((id) => wantedReplicas(observed, app, id));
  return Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
}

/** True when the bundle wants no pod at all behind a Service, although it has workloads there. */
export function wantsNoPods(observed: AppObservation, app: BundleApp, service: ObjectId): boolean {
  const { replicas } = indexOf(app);
  const behind = workloadsBehind(observed, app, service);
  return behind.length > 0 && behind.every((id) => replicas.get(id) === 0);
}

function workloadsBehind(observed: AppObservation, app: BundleApp, service: ObjectId): readonly ObjectId[] {
  const { namespace } = parseObjectId(service);
  const selector = observed.live.object(service)?.selector ?? null;
  if (selector === null || Object.keys(selector).length === 0) return [];
  return [...indexOf(app).running].filter(
    (id) =>
      parseObjectId(id).namespace === namespace && matchesLabels(selector, observed.live.object(id)?.podLabels ?? {}),
  );
}

function firstNotReady(observed: AppObservation, app: BundleApp, ids: Iterable<ObjectId>): Readiness {
  for (const id of ids) {
    const readiness = workloadReadiness(observed, app, id);
    if (!readiness.ok) return readiness;
  }
  return ok;
}
