import { digestOfValue } from '../../../shared/lib/canonical.ts';
import { factsOf, replicasPointer } from '../../../shared/model/kinds.ts';
import type { ObjectId } from '../../../shared/model/object.ts';
import type {
  AppContent,
  BundleApp,
  BundleObject,
  BundleReplicas,
  BundleTraffic,
} from '../../../shared/wire/revision.ts';
import type { Position } from '../../model/delivery.ts';
import type { Copies, MovingComponent } from './copies.ts';
import type { Derived, MixedTraffic } from './mixed.ts';
import { withWeights } from './mixed.ts';
import { freshCount, oldCount, shareAt } from './position.ts';

/** What of the cluster a stage depends on. */
export interface Pods {
  /** True for an object that was made. */
  readonly exists: (id: ObjectId) => boolean;
  /** Pods that a workload is to have now, and how many of them are ready; null = not known. */
  readonly of: (id: ObjectId) => { readonly spec: number; readonly ready: number; readonly isOthers: boolean } | null;
}

/** The two contents of a delivery, and what is made of both. */
export interface Contents {
  readonly app: BundleApp;
  readonly from: AppContent;
  readonly copies: Copies;
  readonly mixed: readonly MixedTraffic[];
  /** The autoscalers of what serves, with the pods that served as their least. */
  readonly floored: ReadonlyMap<ObjectId, Derived>;
}

/** Where a delivery is, as far as the objects are concerned. */
export type StageKind =
  /** What serves, alone: before the first step, and after going back. */
  | 'serving'
  /** Between the two, by the steps. */
  | 'step'
  /** The content whole, and the copy before beside it, without traffic. */
  | 'beside'
  /** The content whole; the copy before goes, or is gone. */
  | 'whole';

/** What is applied at a moment of a delivery. */
export interface StageContent {
  readonly app: BundleApp;
  readonly leaving: ReadonlySet<ObjectId>;
}

/** The application as it is to be at a moment of its delivery (pure). */
export function stageOf(contents: Contents, kind: StageKind, position: Position | null, pods: Pods): StageContent {
  switch (kind) {
    case 'serving':
      return servingStage(contents, position, pods);
    case 'step':
      return stepStage(contents, position, pods);
    case 'beside':
    case 'whole':
      return contentStage(contents, kind, { position, pods });
  }
}

/** What serves gets all traffic; what the delivery made beside it is stopped. */
function servingStage(contents: Contents, position: Position | null, pods: Pods): StageContent {
  const { from, app, copies } = contents;
  const gone = copies.components.flatMap(({ fresh }) => fresh).filter(pods.exists);
  const written = new Set(from.replicas.map(({ id }) => id));
  // What steps took from a number that is written down nowhere is given back, unless another manager has set it since.
  const givenBack = copies.components.flatMap(({ name, old }) => {
    const total = position?.totals[name] ?? 0;
    return old.flatMap((id) => {
      const now = pods.of(id);
      if (written.has(id) || copies.scalers.has(id) || total === 0 || now === null || now.isOthers) return [];
      return [replicasOf(from, id, Math.max(now.spec, share(old, total)))];
    });
  });
  return {
    leaving: new Set(gone),
    app: {
      ...app,
      ...listsOf(contents, { objects: [...from.objects, ...objectsIn(app, gone)], traffic: from.traffic }),
      replicas: [...from.replicas, ...givenBack, ...gone.map((id) => replicasOf(app, id, 0))],
      digest: digestOfStage(contents, 'serving', position),
    },
  };
}

function stepStage(contents: Contents, position: Position | null, pods: Pods): StageContent {
  const { from, app, copies, mixed, floored } = contents;
  const steps = app.delivery?.steps ?? [];
  const at = position?.step ?? 0;
  const moved = copies.components.flatMap((one) => movedReplicas(contents, one, { position, pods }));
  const isMoved = new Set(moved.map(({ id }) => id));
  const derived = new Map([
    ...mixed.map(({ object }) => [object.id, object] as const),
    ...[...floored].map(([id, { object }]) => [id, object] as const),
  ]);
  const fresh = copies.components.flatMap((one) => one.fresh);
  const traffic: readonly BundleTraffic[] = from.traffic.map((one) => {
    const both = mixed.find(({ object }) => object.id === one.id);
    return both === undefined ? one : withWeights(both, (component) => shareAt(steps, at, component).weight);
  });
  return {
    leaving: new Set(),
    app: {
      ...app,
      ...listsOf(contents, {
        objects: [...from.objects.map((one) => derived.get(one.id) ?? one), ...copies.early, ...objectsIn(app, fresh)],
        traffic,
      }),
      replicas: [...from.replicas.filter(({ id }) => !isMoved.has(id)), ...moved],
      digest: digestOfStage(contents, 'step', position),
    },
  };
}

interface Moment {
  readonly position: Position | null;
  readonly pods: Pods;
}

/** The replicas of both copies of a component at a step. */
function movedReplicas(
  { from, app, copies, mixed }: Contents,
  { name, old, fresh }: MovingComponent,
  { position, pods }: Moment,
): BundleReplicas[] {
  const step = shareAt(app.delivery?.steps ?? [], position?.step ?? 0, name);
  const total = totalOf({ app, position }, { name, fresh });
  const ready = fresh.reduce((sum, id) => sum + (pods.of(id)?.ready ?? 0), 0);
  const weight = mixed.length > 0 ? 100 - step.weight : from.traffic.length > 0 ? 100 : 0;
  const keeps = oldCount({ total, readyFresh: ready, weight });
  return [
    // An autoscaler keeps its own workload at what served.
    ...old.filter((id) => !copies.scalers.has(id)).map((id) => replicasOf(from, id, share(old, keeps))),
    ...fresh.map((id) => replicasOf(app, id, share(fresh, freshCount(step, total)))),
  ];
}

/** The content whole. Until the copy before is stopped, the new one has as many pods, and nothing else scales it. */
function contentStage(contents: Contents, kind: 'beside' | 'whole', { position, pods }: Moment): StageContent {
  const { from, app, copies } = contents;
  const old = copies.components.flatMap((one) => one.old).filter(pods.exists);
  const wanted = new Map(app.replicas.map(({ id, value }) => [id, value]));
  const runs = old.some((id) => pods.of(id)?.spec !== 0);
  const withheld = new Set(runs ? scalersOfFresh(contents) : []);
  const fresh = copies.components.flatMap((one) =>
    one.fresh.flatMap((id) => {
      const total = totalOf({ app, position }, one);
      return runs && !wanted.has(id) && total > 0 ? [replicasOf(app, id, share(one.fresh, total))] : [];
    }),
  );
  const kept = copies.components.flatMap((one) =>
    one.old.filter(pods.exists).flatMap((id) => {
      const total = position?.totals[one.name] ?? 0;
      if (kind === 'whole') return [replicasOf(from, id, 0)];
      return copies.scalers.has(id) ? [] : [replicasOf(from, id, share(one.old, total))];
    }),
  );
  return {
    leaving: new Set(),
    app: {
      ...app,
      ...listsOf(contents, {
        objects: [...app.objects.filter(({ id }) => !withheld.has(id)), ...objectsIn(from, old)],
        traffic: app.traffic,
      }),
      replicas: [...app.replicas, ...fresh, ...kept],
      digest: digestOfStage(contents, kind, position),
    },
  };
}

/** Autoscalers that only the content has: one would scale the new copy while steps decide of it. */
function scalersOfFresh({ app, from }: Contents): readonly ObjectId[] {
  const serving = new Set(from.objects.map(({ id }) => id));
  return app.objects.flatMap(({ id }) => (!serving.has(id) && factsOf(id).role === 'autoscaler' ? [id] : []));
}

/** The pods that a component had when the delivery arrived; of one that is new, those that its content wants. */
function totalOf(
  { app, position }: { readonly app: BundleApp; readonly position: Position | null },
  { name, fresh }: Pick<MovingComponent, 'name' | 'fresh'>,
): number {
  const served = position?.totals[name] ?? 0;
  if (served > 0) return served;
  return fresh.reduce((sum, id) => sum + (app.replicas.find((one) => one.id === id)?.value ?? 1), 0);
}

/** The part of one of several workloads of a component; rounded up. */
function share(of: readonly ObjectId[], count: number): number {
  return Math.ceil(count / Math.max(1, of.length));
}

function replicasOf(content: AppContent, id: ObjectId, value: number): BundleReplicas {
  const known = content.replicas.find((one) => one.id === id);
  return known === undefined ? { id, pointer: replicasPointer, value } : { ...known, value };
}

function objectsIn({ objects }: AppContent, ids: readonly ObjectId[]): readonly BundleObject[] {
  return objects.filter(({ id }) => ids.includes(id));
}

/** The lists of a stage: what belongs to which revision follows from both contents. */
function listsOf(
  { from, app }: Contents,
  { objects, traffic }: { readonly objects: readonly BundleObject[]; readonly traffic: readonly BundleTraffic[] },
): Pick<BundleApp, 'objects' | 'traffic' | 'revisions'> {
  const here = new Set(objects.map(({ id }) => id));
  const named = [
    ...app.revisions,
    ...from.revisions.filter((one) => !app.revisions.some(({ name }) => name === one.name)),
  ];
  const revisions = named
    .map(({ name, objects: ids }) => {
      const serving = from.revisions.find((one) => one.name === name)?.objects ?? [];
      return { name, objects: [...new Set([...ids, ...serving])].filter((id) => here.has(id)) };
    })
    .filter(({ objects: ids }) => ids.length > 0);
  return { objects, traffic, revisions };
}

/** Names a stage, so that what is remembered of one (how long it waits) is not taken for another's. */
function digestOfStage({ app, from }: Contents, kind: StageKind, position: Position | null): BundleApp['digest'] {
  return digestOfValue([
    app.digest,
    from.digest,
    kind,
    position?.number ?? 0,
    position?.attempt ?? 0,
    position?.step ?? 0,
  ]);
}
