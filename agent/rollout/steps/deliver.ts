import { indexOfInventory } from '../../model/inventory-index.ts';
import type { InventoryEntry } from '../../model/inventory.ts';
import type { Position, Stage, StepMode } from '../../model/delivery.ts';
import type { AppObservation } from '../../model/plan.ts';
import { mayHaveReplicas } from '../../../shared/model/kinds.ts';
import { label } from '../../../shared/model/names.ts';
import type { ObjectId } from '../../../shared/model/object.ts';
import { appKey } from '../../../shared/wire/bundle.ts';
import type { BundleApp, BundleDelivery } from '../../../shared/wire/revision.ts';
import { planApp } from '../plan.ts';
import { isRouted } from '../removal.ts';
import { workloadReadiness } from '../readiness.ts';
import { faultTexts, observeApp, type RolloutInput } from '../rollout.ts';
import type { Judged } from './analysis.ts';
import { runsAt } from './jobs.ts';
import { contentsOf, type Ingredients } from './contents.ts';
import type { Copies } from './copies.ts';
import { areEarlierNeeded, type Contents, type Pods, type StageKind } from './parts.ts';
import { dueAt, keepSeconds, nextPosition } from './position.ts';
import { stageOf } from './stage.ts';
import { totalsOf } from './totals.ts';
import { saidOf } from './words.ts';

/** What the stages of a pass are made from. */
export interface DeliverInput extends Pick<
  RolloutInput,
  'at' | 'live' | 'served' | 'faults' | 'progress' | 'isResumed' | 'settleMs' | 'inventory'
> {
  readonly app: BundleApp;
  /** What the hub wants of the delivery by the newest bundle. */
  readonly delivery: BundleDelivery;
  readonly mode: StepMode;
  /** The bundle as a whole may change what runs. */
  readonly mayChange: boolean;
  /** Where the delivery is, by memory and by the state object. */
  readonly known: Position | null;
  /** Milliseconds since the last look in which nothing held it. */
  readonly elapsedMs: number;
  /** The agent lost its state, and where the delivery was. */
  readonly isRebuilt: boolean;
  readonly ingredients: Ingredients;
  readonly verdictOf: (position: Position) => Pick<Judged, 'verdict' | 'unsure' | 'dueAt'>;
}

/** True where steps, or a decision about them, lead from what serves to another content. */
export function hasSteps({ delivery, from, digest }: BundleApp): boolean {
  if (delivery === undefined || from === undefined || from.digest === digest) return false;
  return delivery.steps.length > 0 || delivery.action !== 'run' || delivery.keepOld !== undefined;
}

/**
 * Where the delivery of an application is now, and what is applied for that: moves on for as long as the cluster shows that a step
 * is over. Level-based: after a restart, with the recorded position, it comes to the same.
 */
export function deliver(input: DeliverInput): Stage | null {
  const { app, ingredients, inventory } = input;
  const first = contentsOf(app, ingredients, { totals: input.known?.totals ?? {}, inventory });
  if (first === null) return null;
  const cluster = clusterOf(input, first);
  let position = begin(input, first, cluster);
  const contents = position === null ? first : contentsOf(app, ingredients, { totals: position.totals, inventory });
  if (contents === null) return null;
  let elapsedMs = input.elapsedMs;
  // Each step is looked at once, promotion and its end included.
  for (let moves = input.delivery.steps.length + 3; moves > 0 && position !== null; moves--) {
    const { verdict } = input.verdictOf(position);
    const next = nextPosition({
      position,
      delivery: input.delivery,
      mode: input.mode,
      verdict,
      elapsedMs,
      ...standingOf(input, contents, { position, cluster }),
    });
    if (next === position) break;
    elapsedMs = 0;
    position = next;
  }
  return stageNow(input, contents, { position, cluster });
}

interface Cluster {
  readonly entries: ReadonlyMap<ObjectId, InventoryEntry>;
  readonly pods: Pods;
  /** Copies of another delivery still run: at most two of a component are on a cluster at a time. */
  readonly hasThird: boolean;
}

interface Moment {
  readonly position: Position | null;
  readonly cluster: Cluster;
}

function clusterOf({ app, inventory, live }: DeliverInput, { from, copies }: Contents): Cluster {
  const entries = indexOfInventory(inventory).apps.get(appKey(app)) ?? new Map<ObjectId, InventoryEntry>();
  const own = (id: ObjectId) => {
    const [object, entry] = [live.object(id), entries.get(id)];
    return object !== undefined && entry?.uid === object.uid ? object : undefined;
  };
  const known = new Set([...from.objects, ...app.objects].map(({ id }) => id));
  const others = [...entries.keys()].filter((id) => !known.has(id) && mayHaveReplicas(id));
  const third = others.flatMap((id) => own(id) ?? []).filter(({ replicas }) => (replicas?.spec ?? 0) > 0);
  const pods: Pods = {
    exists: (id) => (entries.get(id)?.uid ?? null) !== null,
    isTaken: (id) => entries.get(id)?.adopted === true,
    of: (id) => {
      const replicas = own(id)?.replicas ?? null;
      if (replicas !== null)
        return { spec: replicas.spec, ready: replicas.ready, isOthers: replicas.setBy === 'other' };
      return live.isSynced(id) ? { spec: 0, ready: 0, isOthers: false } : null;
    },
    earlier: (component) =>
      third
        .filter(({ podLabels }) => podLabels?.[label.appComponent] === component)
        .reduce((sum, { replicas }) => sum + (replicas?.ready ?? 0), 0),
  };
  // What alone has ready pods goes once the new copy has some: the new copy must not wait for that.
  const areNeeded = copies.components.some((one) => areEarlierNeeded(one, pods));
  return { entries, hasThird: third.length > 0 && !areNeeded, pods };
}

/** The position to go on from; a new one where another delivery or attempt begins. Null while it cannot be seen what serves. */
function begin(input: DeliverInput, contents: Contents, cluster: Cluster): Position | null {
  const { known, delivery } = input;
  const { number, attempt } = delivery;
  if (known?.number === number && known.attempt >= attempt) return known;
  const ran = hasRun(contents.copies, cluster);
  if (!mayBegin(input, ran && cluster.hasThird)) return null;
  const before = known?.number === number ? known.totals : {};
  const observed = { entries: cluster.entries, live: input.live };
  const leads = (id: ObjectId): boolean => {
    const live = input.live.object(id);
    return live !== undefined && isRouted(observed, live);
  };
  const { isRebuilt } = input;
  const totals = totalsOf({ contents, pods: cluster.pods, isRouted: leads, isRebuilt, before });
  if (totals === null) return null;
  const begun = { number, attempt, waitedMs: 0, totals };
  if (ran) return { ...begun, step: 0, ...(isServingLate(input) && { isAlone: true as const }) };
  // A first installation: nothing is to be spared. Of two contents that never ran the hub has the choice.
  return { ...begun, step: delivery.steps.length, ...(delivery.action !== 'back' && { isFirst: true as const }) };
}

/** False where no copy of what is to serve was ever here; what was deleted by hand was. */
function hasRun({ components }: Copies, { entries, pods }: Cluster): boolean {
  const ran = (id: ObjectId): boolean => pods.exists(id) || (entries.get(id)?.applied ?? null) !== null;
  return components.length === 0 || components.some(({ old }) => old.length === 0 || old.some(ran));
}

/** True where what serves was waited for, in vain, before the delivery came. */
function isServingLate({ app, progress, at }: DeliverInput): boolean {
  const { digest, waitingSince = null } = progress.get(appKey(app)) ?? {};
  if (digest !== app.from?.digest || waitingSince === null) return false;
  return waitingSince + app.health.progressDeadlineSeconds * 1_000 <= at;
}

/** Steps begin once nothing holds them, and no copy runs beside two that are made here; going back begins at any time. */
function mayBegin({ delivery, mode, mayChange }: DeliverInput, hasThird: boolean): boolean {
  const isBack = delivery.action === 'back' && mode !== 'none';
  return isBack || (mode === 'move' && mayChange && !hasThird);
}

function kindOf({ delivery }: DeliverInput, position: Position | null): StageKind {
  if (position === null || position.returned !== undefined) return 'serving';
  if (position.step < delivery.steps.length) return 'step';
  return keepSeconds(delivery, position) !== undefined && position.isDone !== true ? 'beside' : 'whole';
}

/**
 * What the stage of a position shows: whether it is reached, and whether the new copy failed. The new copy is all that is waited for where
 * what serves had its time: content that never became ready must not hold up what mends it.
 */
function standingOf(input: DeliverInput, contents: Contents, { position, cluster }: Moment) {
  const stage = stageOf(contents, kindOf(input, position), position, cluster.pods);
  const observed = observe(input, stage, cluster);
  const plan = planApp(observed);
  const lateOf = (ids: readonly ObjectId[]) =>
    ids
      .filter((id) => stage.app.objects.some((one) => one.id === id))
      .map((id) => workloadReadiness(observed, stage.app, id))
      .find(({ ok }) => !ok);
  const { components } = contents.copies;
  const late = lateOf(components.flatMap((one) => one.fresh));
  const hadItsTime = plan.blocked !== null || position?.isAlone === true;
  return {
    isSettled: plan.phase === 'settled' && !plan.isWaiting,
    isAlone: hadItsTime && late === undefined && lateOf(components.flatMap((one) => one.old)) !== undefined,
    isBlocked: plan.blocked !== null,
    failure: plan.blocked !== null && late !== undefined && !late.ok ? late.why : null,
  };
}

function observe(input: DeliverInput, stage: ReturnType<typeof stageOf>, { entries }: Cluster): AppObservation {
  const key = appKey(input.app);
  return observeApp(
    { ...input, removable: new Set() },
    {
      key,
      app: stage.app,
      entries,
      faults: faultTexts(input.faults),
      stage: { leaving: stage.leaving, isReturning: false },
    },
  );
}

function stageNow(input: DeliverInput, contents: Contents, { position, cluster }: Moment): Stage {
  const { mode, delivery, at } = input;
  const kind = kindOf(input, position);
  const { app, leaving } = stageOf(contents, kind, position, cluster.pods);
  const isReturning = position?.returned !== undefined;
  const mayMove = mode === 'move';
  const { unsure = null, dueAt: askAt = null } = position === null ? {} : input.verdictOf(position);
  return {
    wanted: input.app,
    app: sameApp(input.app, app),
    leaving,
    isReturning,
    mayMove,
    mayChange: input.mayChange || (position !== null && (mayMove || (isReturning && mode === 'back'))),
    runs: runsAt(input.app, { kind, position }, cluster.entries),
    position,
    said: saidOf({ delivery, position, mode, unsure }),
    dueAt: mayMove && delivery.action !== 'pause' ? (dueAt(delivery, position, at) ?? askAt) : null,
  };
}

const stages = new WeakMap<BundleApp, { readonly key: string; readonly app: BundleApp }>();

/** The same value for as long as a stage is the same: what was made of it holds. */
function sameApp(wanted: BundleApp, app: BundleApp): BundleApp {
  const key = JSON.stringify([app.digest, app.objects.map(({ digest }) => digest), app.replicas, app.traffic]);
  const known = stages.get(wanted);
  if (known?.key === key) return known.app;
  stages.set(wanted, { key, app });
  return app;
}
