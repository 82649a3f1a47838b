import { factsOf } from '../../../shared/model/kinds.ts';
import type { ObjectId } from '../../../shared/model/object.ts';
import type { BundleApp, BundleObject, BundleReplicas, BundleTraffic } from '../../../shared/wire/revision.ts';
import type { Position } from '../../model/delivery.ts';
import type { MovingComponent } from './copies.ts';
import { jobChecks } from './jobs.ts';
import { withWeights } from './mixed.ts';
import {
  areEarlierNeeded,
  digestOfStage,
  listsOf,
  objectsIn,
  readyOf,
  replicasOf,
  share,
  type Contents,
  type Moment,
  type Pods,
  type StageContent,
  type StageKind,
} from './parts.ts';
import { freshCount, oldCount, shareAt, type Share } from './position.ts';
import { servingStage } from './serving-stage.ts';
import type { SwitchedService } from './services.ts';

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

function stepStage(contents: Contents, position: Position | null, pods: Pods): StageContent {
  const { from, app, copies, mixed, floored } = contents;
  const steps = app.delivery?.steps ?? [];
  const unordered = outOfOrder(contents);
  const at = position?.step ?? 0;
  const moved = copies.components.flatMap((one) => movedReplicas(contents, one, { position, pods }));
  const isMoved = new Set(moved.map(({ id }) => id));
  const derived = new Map([
    ...mixed.map(({ object }) => [object.id, object] as const),
    ...[...floored].map(([id, { object }]) => [id, object] as const),
    ...contents.services.map((one) => [one.id, serviceNow(contents, one, { position, pods })] as const),
  ]);
  const made = [...copies.components.flatMap((one) => one.fresh), ...jobChecks(steps[at]).map(({ job }) => job)];
  const traffic: readonly BundleTraffic[] = from.traffic.map((one) => {
    const both = mixed.find(({ object }) => object.id === one.id);
    return both === undefined ? one : withWeights(both, (component) => shareAt(steps, at, component).weight);
  });
  return {
    leaving: new Set(),
    app: {
      ...app,
      ...listsOf(contents, {
        objects: [
          ...from.objects.map((one) => derived.get(one.id) ?? unordered(one)),
          ...copies.early,
          ...objectsIn(app, made),
        ],
        traffic,
      }),
      replicas: [...from.replicas.filter(({ id }) => !isMoved.has(id)), ...moved],
      digest: digestOfStage(contents, 'step', position),
    },
  };
}

/** Objects without their place in the order, where a new copy replaces them: what depends on their component waits for that copy alone. */
function outOfOrder({ copies }: Contents): (object: BundleObject) => BundleObject {
  const replaced = new Set(copies.components.flatMap(({ old, fresh }) => (fresh.length > 0 ? old : [])));
  return (object) => {
    const free = { ...object };
    delete free.component;
    return replaced.has(object.id) ? free : object;
  };
}

/** The replicas of both copies of a component at a step. */
function movedReplicas(
  contents: Contents,
  { name, old, fresh }: MovingComponent,
  { position, pods }: Moment,
): BundleReplicas[] {
  const { from, app, copies } = contents;
  const step = shareAt(app.delivery?.steps ?? [], position?.step ?? 0, name);
  const total = totalOf({ app, position }, { name, fresh });
  const ready = readyOf(fresh, pods);
  const keeps = oldCount({ total, readyFresh: ready, weight: weightOfOld(contents, name, step) });
  return [
    // An autoscaler keeps its own workload at what served.
    ...old.filter((id) => !copies.scalers.has(id)).map((id) => replicasOf(from, id, share(old, keeps))),
    ...fresh.map((id) => replicasOf(app, id, share(fresh, freshCount(step, total)))),
  ];
}

/** Percent of the pods that served which the copy before keeps for its share of the traffic. */
export function weightOfOld(
  { from, mixed, services }: Contents,
  component: string,
  { weight, isCounted }: Share,
): number {
  // In batches the pods of both copies are as many as served.
  if (isCounted) return 0;
  const own = services.filter((one) => one.component === component);
  if (own.some(({ both }) => both === null)) return 100;
  if (mixed.length > 0 || own.length > 0) return 100 - weight;
  return from.traffic.length > 0 ? 100 : 0;
}

/** Where a Service leads at a step: to what serves, to both copies, or to the new one once that has all of its pods. */
function serviceNow(
  contents: Contents,
  { id, component, both, wanted }: SwitchedService,
  moment: Moment,
): BundleObject {
  const { from, copies } = contents;
  const serving = objectsIn(from, [id])[0] ?? wanted;
  const moving = copies.components.find(({ name }) => name === component);
  const share = shareOf(contents, moment, component);
  if (moving === undefined) return serving;
  if (share.weight === 0 && !areEarlierNeeded(moving, moment.pods)) return serving;
  const count = freshCount(share, totalOf({ ...contents, ...moment }, moving));
  if (share.weight === 100 && count > 0 && readyOf(moving.fresh, moment.pods) >= count) return wanted;
  return both?.object ?? serving;
}

function shareOf({ app }: Contents, { position }: Moment, component: string): Share {
  return shareAt(app.delivery?.steps ?? [], position?.step ?? 0, component);
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
        objects: [
          ...app.objects.filter(({ id }) => !withheld.has(id)),
          ...objectsIn(from, old).map(outOfOrder(contents)),
        ],
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
