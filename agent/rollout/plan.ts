import type { AppPlan, AppObservation, Phase } from '../model/plan.ts';
import { madeAnewAfter, waitsForFormer } from '../model/inventory.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { indexOf } from '../model/app-index.ts';
import { planRemoval, type Removal } from './removal.ts';
import { planRouting, type Routing } from './routing.ts';
import { freeCapacity, heldAutoscalers, wantedReplicas } from './capacity.ts';
import { keptObjects } from './keep.ts';
import { orderNow, type Order } from './order.ts';
import { ownLive } from './own.ts';
import { appReadiness, hasUnseen, revisionOf, type Readiness } from './readiness.ts';

/**
 * The next step of one application towards its bundle (semantics.md): add and scale up, ready, shift traffic, endpoints
 * settled, scale down, scale removed revisions to 0, delete. Pure and level-based: it answers everything that may be done now, and
 * the same call on the state after that answers the next step.
 */
export function planApp(observed: AppObservation): AppPlan {
  const { app } = observed;
  if (app === null) return planDeparture(observed);
  const routing = planRouting(observed, app);
  const ready = appReadiness(observed, app);
  const scalers = routing.isMoved ? [] : heldAutoscalers(observed, app);
  const order = orderNow(observed, app, new Set([...routing.held, ...scalers]));
  // What waits for its turn may still use what is to go.
  const mayDrop = routing.isSettled && ready.ok && order.waitsFor === null;
  const removal = planRemoval(observed, { mayRoute: routing.isMoved, mayDrop });
  const free = freeCapacity(observed, app);
  const { digests } = indexOf(app);
  const replicas = new Map([
    ...[...free.replicas].filter(([id]) => digests.has(id)),
    ...app.replicas.map((one) => [one.id, replicasNow(observed, one, routing, ready.ok)] as const),
  ]);
  const held = new Set([...routing.held, ...free.held, ...scalers, ...order.held]);
  const kept = keptObjects(observed, app, { held, removal, mayDrop });
  const standing = phaseOf({ observed, app, routing, ready, removal, replicas, held, order });
  return {
    ...withDeadline(observed, app, standing),
    replicas: new Map([...replicas, ...kept.replicas]),
    weights: new Map([...routing.weights, ...kept.weights]),
    held,
    keep: kept.ids,
    ...(kept.unrepaired.length > 0 && { unrepaired: kept.unrepaired }),
    scaleToZero: removal.scaleToZero,
    remove: [...removal.remove, ...(observed.anew ?? [])],
  };
}

/** The application is gone from the bundle: traffic objects, workloads to zero, workloads, the rest; nothing to compare with. */
function planDeparture(observed: AppObservation): AppPlan {
  const removal = planRemoval(observed, { mayRoute: true, mayDrop: true });
  const phase: Phase = removal.outstanding === 0 ? 'settled' : removal.isDraining ? 'scale-down' : 'delete';
  return {
    phase,
    reason: phase === 'settled' ? '' : `${removal.outstanding} objects to delete`,
    replicas: new Map(),
    weights: new Map(),
    held: new Set(),
    keep: [],
    scaleToZero: removal.scaleToZero,
    remove: removal.remove,
    isWaiting: false,
    blocked: null,
    deadline: null,
  };
}

/**
 * max(live, wanted) until traffic has moved and all is ready; a drop that costs no ready pod needs only the former. What a delivery
 * stops on its way back goes once nothing leads to it: what serves may need its room to become ready.
 */
function replicasNow(
  observed: AppObservation,
  wanted: { readonly id: ObjectId; readonly value: number },
  routing: Pick<Routing, 'isMoved' | 'isSettled' | 'deadline'>,
  isReady: boolean,
): number {
  const live = ownLive(observed, wanted.id)?.replicas ?? null;
  if (live === null || live.spec <= wanted.value) return wanted.value;
  const isFree = live.ready <= wanted.value;
  if (isLeaving(observed, wanted.id, routing) && (isFree || routing.deadline === null)) return wanted.value;
  return routing.isSettled && (isReady || isFree) ? wanted.value : live.spec;
}

function isLeaving({ leaving }: AppObservation, id: ObjectId, { isMoved }: Pick<Routing, 'isMoved'>): boolean {
  return leaving?.has(id) === true && isMoved;
}

interface Standing {
  readonly phase: Phase;
  readonly reason: string;
  /** The pods or endpoints that it waits for; null when it does not. */
  readonly waitsFor: { readonly revision: string | null; readonly why: string; readonly isFailed: boolean } | null;
  readonly deadline: number | null;
}

function phaseOf(facts: {
  readonly observed: AppObservation;
  readonly app: BundleApp;
  readonly routing: Routing;
  readonly ready: Readiness;
  readonly removal: Removal;
  readonly replicas: ReadonlyMap<ObjectId, number>;
  readonly held: ReadonlySet<ObjectId>;
  readonly order: Order;
}): Standing {
  const { observed, app, routing, ready, removal, replicas, held, order } = facts;
  const waitsForApp = lateIn(observed, app, ready);
  const standing = (phase: Phase, reason: string, waitsFor: Standing['waitsFor'] = null): Standing => ({
    phase,
    reason,
    waitsFor,
    deadline: routing.deadline,
  });
  const unapplied = app.objects.filter((one) => !held.has(one.id) && !isApplied(observed, one));
  if (unapplied.length > 0) return standing('scale-up', toApplyText(observed, unapplied), waitsForApp);
  if (order.waitsFor !== null) return standing('ready', order.waitsFor.why, order.waitsFor);
  if (isShort(observed, replicas)) return standing('scale-up', 'replicas to add', waitsForApp);
  if (routing.waitsFor !== null) return standing('ready', routing.waitsFor.why, routing.waitsFor);
  if (!routing.isMoved) return standing('shift', 'traffic to move');
  const isMore = removal.outstanding > 0 || hasSurplus(observed, app);
  if (!isMore) return standing('settled', '', waitsForApp);
  if (waitsForApp !== null) return standing('ready', waitsForApp.why, waitsForApp);
  if (!routing.isSettled) {
    return standing('endpoints', routing.why, { revision: null, why: routing.why, isFailed: false });
  }
  if (hasSurplus(observed, app) || removal.isDraining) return standing('scale-down', 'old replicas to stop');
  return standing('delete', `${removal.outstanding} objects to delete`);
}

/** What of the application is not ready; null where all of it is. */
function lateIn(observed: AppObservation, app: BundleApp, ready: Readiness): Standing['waitsFor'] {
  return ready.ok ? null : { revision: firstLate(observed, app), why: ready.why, isFailed: ready.isFailed };
}

function withDeadline(
  observed: AppObservation,
  app: BundleApp,
  standing: Standing,
): Pick<AppPlan, 'phase' | 'reason' | 'isWaiting' | 'blocked' | 'deadline'> {
  const { phase, reason, waitsFor, deadline } = standing;
  const patience = app.health.progressDeadlineSeconds * 1000;
  const isCounted = waitsFor !== null && !hasUnseen(observed, app);
  const until = isCounted ? (observed.waitingSince ?? observed.now) + patience : null;
  const isLate = until !== null && until <= observed.now;
  if (waitsFor === null || !(isLate || waitsFor.isFailed)) {
    return { phase, reason, isWaiting: isCounted, blocked: null, deadline: earliest(until, deadline) };
  }
  const who = waitsFor.revision ?? app.name;
  const how = waitsFor.isFailed ? 'failed' : `did not become ready in ${app.health.progressDeadlineSeconds} s`;
  const what = `${who} ${how}`;
  const blocked = { revision: waitsFor.revision, what, reason: `${what}: ${waitsFor.why}` };
  // An application that is applied in full is settled, healthy or not: only a change that cannot go on is blocked.
  return { phase: phase === 'settled' ? phase : 'blocked', reason: blocked.reason, isWaiting: true, blocked, deadline };
}

/** How much there is to apply; where something must be made anew, what that waits for. */
function toApplyText({ entries }: AppObservation, unapplied: BundleApp['objects']): string {
  for (const { id, digest } of unapplied) {
    const from = madeAnewAfter(entries.get(id), digest);
    if (from !== null) return `${nameOf(id)} ${waitsForFormer(from)}`;
  }
  return `${unapplied.length} objects to apply`;
}

function isApplied(observed: AppObservation, object: { readonly id: ObjectId; readonly digest: string }): boolean {
  const entry = observed.entries.get(object.id);
  return entry !== undefined && entry.uid !== null && entry.applied === object.digest;
}

function isShort(observed: AppObservation, replicas: ReadonlyMap<ObjectId, number>): boolean {
  return [...replicas].some(
    ([id, wanted]) => observed.live.isSynced(id) && (ownLive(observed, id)?.replicas?.spec ?? 0) < wanted,
  );
}

function hasSurplus(observed: AppObservation, app: BundleApp): boolean {
  return app.replicas.some(({ id, value }) => (ownLive(observed, id)?.replicas?.spec ?? 0) > value);
}

function firstLate(observed: AppObservation, app: BundleApp): string | null {
  const late = app.objects.find(
    ({ id }) => (ownLive(observed, id)?.replicas?.ready ?? 0) < wantedReplicas(observed, app, id),
  );
  return late === undefined ? null : revisionOf(app, late.id);
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

function nameOf(id: ObjectId): string {
  const { kind, name } = parseObjectId(id);
  return `${kind}/${name}`;
}
