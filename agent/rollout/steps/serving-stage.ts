import type { ObjectId } from '../../../shared/model/object.ts';
import type { BundleReplicas } from '../../../shared/wire/revision.ts';
import type { Position } from '../../model/delivery.ts';
import type { MovingComponent } from './copies.ts';
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
} from './parts.ts';

/** What serves gets all traffic; what the delivery made beside it is stopped, and what it took over is left as it is. */
export function servingStage(contents: Contents, position: Position | null, pods: Pods): StageContent {
  const { from, app, copies, services } = contents;
  const isMade = (id: ObjectId) => pods.exists(id) && !pods.isTaken(id);
  const made = copies.components.flatMap(({ fresh }) => fresh).filter(isMade);
  const stays = new Map(copies.components.flatMap((one) => stillServing(contents, one, { position, pods })));
  const led = new Map(
    services.flatMap((one) => {
      const isNeeded = copies.components.some(
        (moving) =>
          moving.name === one.component && (moving.fresh.some(hasSome(stays)) || areEarlierNeeded(moving, pods)),
      );
      return isNeeded && one.both !== null ? [[one.id, one.both.object] as const] : [];
    }),
  );
  return {
    leaving: new Set(made.filter((id) => !hasSome(stays)(id))),
    app: {
      ...app,
      ...listsOf(contents, {
        objects: [...from.objects.map((one) => led.get(one.id) ?? one), ...objectsIn(app, made)],
        traffic: from.traffic,
      }),
      replicas: [
        ...from.replicas,
        ...givenBack(contents, position, pods),
        ...made.map((id) => replicasOf(app, id, stays.get(id) ?? 0)),
      ],
      digest: digestOfStage(contents, 'serving', position),
    },
  };
}

function hasSome(stays: ReadonlyMap<ObjectId, number>): (id: ObjectId) => boolean {
  return (id) => (stays.get(id) ?? 0) > 0;
}

/** What steps took from a number that is written down nowhere is given back, unless another manager has set it since. */
function givenBack({ from, copies }: Contents, position: Position | null, pods: Pods): readonly BundleReplicas[] {
  const written = new Set(from.replicas.map(({ id }) => id));
  return copies.components.flatMap(({ name, old }) => {
    const total = position?.totals[name] ?? 0;
    return old.flatMap((id) => {
      const now = pods.of(id);
      if (written.has(id) || copies.scalers.has(id) || total === 0 || now === null || now.isOthers) return [];
      return [replicasOf(from, id, Math.max(now.spec, share(old, total)))];
    });
  });
}

/** Pods of the new copy that a Service without weights needs until as many of what serves are ready. */
function stillServing(
  { services }: Contents,
  { name, old, fresh }: MovingComponent,
  { position, pods }: Moment,
): readonly (readonly [ObjectId, number])[] {
  const isLed = services.some(({ component, both }) => component === name && both !== null);
  const total = position?.totals[name] ?? 0;
  const short = Math.max(0, total - readyOf(old, pods));
  if (!isLed || short === 0) return [];
  return fresh.filter(pods.exists).map((id) => [id, Math.min(pods.of(id)?.ready ?? 0, share(fresh, short))] as const);
}
