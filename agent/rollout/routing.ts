import type { LiveRoute } from '../model/live.ts';
import type { AppObservation } from '../model/plan.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { BundleApp, BundleTraffic, TrafficTarget } from '../../shared/wire/revision.ts';
import { ownLive } from './own.ts';
import { expectedEndpoints, revisionReadiness, type Readiness } from './readiness.ts';
import { hasEndpoints, hasWeights, possibleSplit, withoutLost } from './split.ts';
import { shareOut } from './weights.ts';

/** Where traffic stands, and what may be written of it now. */
export interface Routing {
  readonly weights: ReadonlyMap<ObjectId, readonly number[]>;
  readonly held: ReadonlySet<ObjectId>;
  /** Why a revision that should get more traffic may not yet; null when none waits. */
  readonly waitsFor: { readonly revision: string; readonly why: string; readonly isFailed: boolean } | null;
  /** The live split is the wanted one, everywhere. */
  readonly isMoved: boolean;
  /** Moved, every backend has its endpoints, and the settle time has passed. */
  readonly isSettled: boolean;
  readonly why: string;
  readonly deadline: number | null;
}

interface Step {
  readonly weights: readonly number[] | null;
  readonly waitsFor: Routing['waitsFor'];
  readonly isMoved: boolean;
}

/**
 * Decides for every traffic object of an application: the wanted split when all that gain are ready; else what is live;
 * else (no live object) what is ready, normalised. Weight never goes to a revision without ready endpoints, and leaves one that
 * has lost all of them.
 */
export function planRouting(observed: AppObservation, app: BundleApp): Routing {
  const splits = app.traffic.map((traffic) => possibleSplit(observed, app, traffic));
  const steps = splits.map((traffic) => ({ traffic, step: stepOf(observed, app, traffic) }));
  const isMoved = steps.every(({ step }) => step.isMoved);
  const missing = isMoved ? missingEndpoints(observed, app, splits) : null;
  const settlesAt =
    app.traffic.length === 0 || observed.shiftedAt === null ? 0 : observed.shiftedAt + observed.settleMs;
  const isTimely = settlesAt <= observed.now;
  return {
    weights: new Map(steps.flatMap(({ traffic, step }) => (step.weights === null ? [] : [[traffic.id, step.weights]]))),
    held: new Set(steps.flatMap(({ traffic, step }) => (step.weights === null ? [traffic.id] : []))),
    waitsFor: steps.find(({ step }) => step.waitsFor !== null)?.step.waitsFor ?? null,
    isMoved,
    isSettled: isMoved && missing === null && isTimely,
    why: missing ?? (isTimely ? '' : 'moved traffic settles'),
    deadline: isMoved && !isTimely ? settlesAt : null,
  };
}

function stepOf(observed: AppObservation, app: BundleApp, traffic: BundleTraffic): Step {
  const live = ownLive(observed, traffic.id);
  const applied = observed.entries.get(traffic.id)?.applied ?? null;
  if (!observed.live.isSynced(traffic.id) && applied !== null) return { weights: null, waitsFor: null, isMoved: false };
  if (live?.routes == null) return firstStep(observed, app, traffic);
  return nextStep(observed, app, { traffic, routes: live.routes, isApplied: applied === digestOf(app, traffic.id) });
}

interface LiveTraffic {
  readonly traffic: BundleTraffic;
  readonly routes: readonly LiveRoute[];
  /** The live object has the content of the bundle. */
  readonly isApplied: boolean;
}

function nextStep(observed: AppObservation, app: BundleApp, { traffic, routes, isApplied }: LiveTraffic): Step {
  const gains = traffic.targets.filter((target) => share(traffic, target) > liveShare(traffic, routes, target) + 0.5);
  const late = firstUnready(observed, app, gains);
  const waitsFor = late !== null && mayTakeBack(observed, app, gains) ? null : late;
  // The object as it is wanted may be repaired, with the split that is live; another content waits whole.
  if (waitsFor !== null && !isApplied) return { weights: null, waitsFor, isMoved: false };
  const base = waitsFor === null ? traffic.targets.map(({ weight }) => weight) : liveWeights(traffic, routes);
  const { weights, lost } = withoutLost(observed, traffic, base);
  const why = waitsFor ?? firstUnready(observed, app, lost);
  return { weights, waitsFor: why, isMoved: why === null && isApplied && isSplit(traffic, routes) };
}

/**
 * True where what serves takes its traffic back although not all of its pods are ready: it had time to become so, and the copy that
 * holds the traffic may hold the room for those pods, too.
 */
function mayTakeBack(observed: AppObservation, app: BundleApp, gains: readonly TrafficTarget[]): boolean {
  if (observed.isReturning !== true || observed.waitingSince === null) return false;
  const isLate = observed.waitingSince + app.health.progressDeadlineSeconds * 1000 <= observed.now;
  return isLate && gains.every(({ service }) => hasEndpoints(observed, service));
}

/** No traffic object is live: the ready backends of a rule get all of its traffic; a rule without a ready backend holds the object. */
function firstStep(observed: AppObservation, app: BundleApp, traffic: BundleTraffic): Step {
  const ready = traffic.targets.map((target) => target.weight > 0 && hasEndpoints(observed, target.service));
  const late = traffic.targets.filter((target, index) => target.weight > 0 && ready[index] !== true);
  const wanted = traffic.targets.map((target) => target.weight);
  if (late.length === 0) return { weights: wanted, waitsFor: null, isMoved: false };
  const waitsFor = firstUnready(observed, app, late);
  const canLeaveOut = hasWeights(traffic) && late.every((target) => target.pointer !== undefined);
  const weights = canLeaveOut ? shareOut(traffic.targets, ready) : null;
  return { weights, waitsFor, isMoved: false };
}

function firstUnready(
  observed: AppObservation,
  app: BundleApp,
  targets: readonly TrafficTarget[],
): Routing['waitsFor'] {
  for (const { revision, service } of targets) {
    const readiness: Readiness = revisionReadiness(observed, app, revision);
    if (!readiness.ok) return { revision, why: readiness.why, isFailed: readiness.isFailed };
    if (!hasEndpoints(observed, service))
      return { revision, why: `${nameOf(service)} has no ready endpoints`, isFailed: false };
  }
  return null;
}

function missingEndpoints(observed: AppObservation, app: BundleApp, splits: readonly BundleTraffic[]): string | null {
  for (const target of splits.flatMap((traffic) => traffic.targets)) {
    if (target.weight === 0) continue;
    const ready = observed.live.readyEndpoints(target.service) ?? 0;
    const expected = expectedEndpoints(observed, app, target.service);
    if (ready < expected) return `${nameOf(target.service)} has ${ready} of ${expected} ready endpoints`;
  }
  return null;
}

/** The wanted percentage of a target in its rule; without weights, a backend is there or not. */
function share(traffic: BundleTraffic, target: TrafficTarget): number {
  if (!hasWeights(traffic)) return target.weight > 0 ? 100 : 0;
  const total = traffic.targets.reduce((sum, one) => sum + (one.rule === target.rule ? one.weight : 0), 0);
  return total === 0 ? 0 : (100 * target.weight) / total;
}

function liveShare(traffic: BundleTraffic, routes: readonly LiveRoute[], target: TrafficTarget): number {
  const weight = liveWeight(traffic, routes, target) ?? 0;
  if (!hasWeights(traffic)) return weight > 0 ? 100 : 0;
  const total = routes.reduce((sum, one) => sum + (one.rule === target.rule ? one.weight : 0), 0);
  return total === 0 ? 0 : (100 * weight) / total;
}

function liveWeights(traffic: BundleTraffic, routes: readonly LiveRoute[]): readonly number[] {
  return traffic.targets.map((target) => liveWeight(traffic, routes, target) ?? 0);
}

function liveWeight(traffic: BundleTraffic, routes: readonly LiveRoute[], target: TrafficTarget): number | null {
  const backends = routes.filter(
    (one) => one.service === target.service && (!hasWeights(traffic) || one.rule === target.rule),
  );
  return backends.length === 0 ? null : backends.reduce((sum, one) => sum + one.weight, 0);
}

function isSplit(traffic: BundleTraffic, routes: readonly LiveRoute[]): boolean {
  return traffic.targets.every(
    (target) => Math.abs(share(traffic, target) - liveShare(traffic, routes, target)) <= 0.5,
  );
}

function digestOf(app: BundleApp, id: ObjectId): string | undefined {
  return app.objects.find((one) => one.id === id)?.digest;
}

function nameOf(service: ObjectId): string {
  return `Service/${service.slice(service.lastIndexOf('/') + 1)}`;
}
