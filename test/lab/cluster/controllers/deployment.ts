import { timestamp } from '../clock.ts';
import { replicasOf } from '../api/defaults.ts';
import { at, numberAt, objectAt, textAt, withMeta, without } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';
import type { Condition } from './conditions.ts';
import { conditionOf, stamped } from './conditions.ts';
import type { Context } from './context.ts';
import { change, changeStatus, controllerRef, create, writeStatus } from './context.ts';
import { createPod, isReady, labelled, podsOf, removePods, templateHash } from './pods.ts';

const sets = 'replicasets.apps';
const revisionKey = 'deployment.kubernetes.io/revision';

/** The Deployment controller: one ReplicaSet per template, moved over by the strategy, and an honest status. */
export function reconcileDeployment(context: Context, deployment: KubeObject): void {
  if (deployment.metadata.deletionTimestamp !== undefined) return;
  const hash = templateHash(at(deployment, 'spec', 'template'));
  const owned = context.owned(deployment, sets);
  const current = owned.find((set) => set.metadata.labels?.['pod-template-hash'] === hash);
  const others = owned.filter((set) => set !== current);
  if (at(deployment, 'spec', 'paused') === true) scalePaused(context, deployment, owned);
  else if (current === undefined) createSet(context, deployment, { hash, others });
  else roll(context, deployment, { current, others });
  if (current !== undefined || owned.length > 0) settle(context, deployment, { current, others });
}

/** The ReplicaSet controller: as many pods as asked for. */
export function reconcileReplicaSet(context: Context, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const pods = podsOf(context, set);
  const missing = replicasOf(set) - pods.length;
  for (let index = 0; index < missing; index += 1) {
    createPod(context, set, {
      name: `${set.metadata.name}-${context.world.suffix()}`,
      template: at(set, 'spec', 'template'),
    });
  }
  if (missing < 0) removePods(context, pods, -missing);
  const now = podsOf(context, set);
  const ready = now.filter(isReady).length;
  writeStatus(context, sets, set, {
    replicas: now.length,
    fullyLabeledReplicas: now.length,
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    terminatingReplicas: 0,
    observedGeneration: set.metadata.generation ?? 1,
  });
}

interface Sets {
  readonly current: KubeObject;
  readonly others: readonly KubeObject[];
}

function createSet(
  context: Context,
  deployment: KubeObject,
  { hash, others }: { readonly hash: string; readonly others: readonly KubeObject[] },
): void {
  const { name, namespace, annotations } = deployment.metadata;
  const template = labelled(at(deployment, 'spec', 'template'), 'pod-template-hash', hash);
  const selector = objectAt(deployment, 'spec', 'selector');
  const revision = String(Math.max(0, ...others.map(revisionOf)) + 1);
  const kept = without(annotations ?? {}, 'kubectl.kubernetes.io/last-applied-configuration');
  create(context, sets, {
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: objectAt(template, 'metadata', 'labels') as Record<string, string>,
      annotations: { ...kept, [revisionKey]: revision },
      ownerReferences: [controllerRef(deployment)],
    },
    spec: {
      replicas: others.length === 0 ? replicasOf(deployment) : 0,
      selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), 'pod-template-hash': hash } },
      template,
    },
  });
}

function revisionOf(set: KubeObject): number {
  return Number(set.metadata.annotations?.[revisionKey] ?? '0');
}

/** Moves replicas from the other ReplicaSets to the current one as far as the strategy allows now. */
function roll(context: Context, deployment: KubeObject, { current, others }: Sets): void {
  const desired = replicasOf(deployment);
  const recreate = textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate';
  const running = sum(others, (set) => podsOf(context, set).length);
  if (recreate) {
    for (const set of others) scaleSet(context, set, 0);
    if (running === 0) scaleSet(context, current, desired);
    return;
  }
  const { surge, unavailable } = budget(deployment, desired);
  const total = sum([current, ...others], replicasOf);
  const wanted =
    replicasOf(current) > desired
      ? desired
      : Math.min(desired, replicasOf(current) + Math.max(0, desired + surge - total));
  scaleSet(context, current, wanted);
  const ready = (set: KubeObject): number => podsOf(context, set).filter(isReady).length;
  let spare = sum([current, ...others], ready) - (desired - unavailable);
  for (const set of others) {
    const dead = replicasOf(set) - ready(set);
    const taken = Math.min(ready(set), Math.max(0, spare));
    spare -= taken;
    scaleSet(context, set, replicasOf(set) - dead - taken);
  }
}

/** A paused Deployment starts no other ReplicaSet, but its only one follows the wanted number. */
function scalePaused(context: Context, deployment: KubeObject, owned: readonly KubeObject[]): void {
  const active = owned.filter((set) => replicasOf(set) > 0);
  const [only] = active.length === 0 ? owned : active;
  if (only !== undefined && active.length <= 1) scaleSet(context, only, replicasOf(deployment));
}

function scaleSet(context: Context, set: KubeObject, replicas: number): void {
  if (replicasOf(set) === replicas) return;
  change(context, sets, set, (live) => ({ ...live, spec: { ...objectAt(live, 'spec'), replicas } }));
}

function budget(deployment: KubeObject, desired: number): { readonly surge: number; readonly unavailable: number } {
  const rolling = objectAt(deployment, 'spec', 'strategy', 'rollingUpdate');
  const surge = share(rolling['maxSurge'], desired, Math.ceil);
  const unavailable = share(rolling['maxUnavailable'], desired, Math.floor);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

/** A number, or a percentage of a total. */
function share(value: Json | undefined, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? 0 : round((Number(percent) * total) / 100);
}

function settle(
  context: Context,
  deployment: KubeObject,
  { current, others }: { readonly current: KubeObject | undefined; readonly others: readonly KubeObject[] },
): void {
  const sizes = (list: readonly KubeObject[], field: string): number =>
    sum(list, (set) => numberAt(set, ['status', field], 0));
  const all = current === undefined ? others : [current, ...others];
  const desired = replicasOf(deployment);
  const counts = {
    replicas: sizes(all, 'replicas'),
    updatedReplicas: current === undefined ? 0 : sizes([current], 'replicas'),
    readyReplicas: sizes(all, 'readyReplicas'),
    availableReplicas: sizes(all, 'availableReplicas'),
  };
  const missing = Math.max(0, sum(all, replicasOf) - counts.availableReplicas);
  const complete =
    counts.updatedReplicas === desired && counts.replicas === desired && counts.availableReplicas === desired;
  const enough = counts.availableReplicas >= desired - budget(deployment, desired).unavailable;
  const conditions = [
    availableCondition(context, deployment, enough),
    progressCondition(context, deployment, { counts, complete, name: current?.metadata.name ?? '' }),
  ];
  const shown = Object.entries({ ...counts, unavailableReplicas: missing }).filter(([, value]) => value > 0);
  const status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...Object.fromEntries(shown),
    terminatingReplicas: 0,
    conditions,
  };
  const revision = current?.metadata.annotations?.[revisionKey];
  // The Deployment carries its ReplicaSet's revision: bookkeeping, written through the status, so the generation stays.
  changeStatus(context, 'deployments.apps', deployment, (live) => {
    const annotations =
      revision === undefined ? live.metadata.annotations : { ...live.metadata.annotations, [revisionKey]: revision };
    return { ...withMeta(live, { annotations }), status };
  });
}

function availableCondition(context: Context, deployment: KubeObject, enough: boolean): JsonObject {
  const condition: Condition = enough
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
  const written = stamped(context, deployment, condition);
  const old = conditionOf(deployment, 'Available');
  return {
    ...written,
    lastUpdateTime:
      old?.['status'] === condition.status ? textAt(old, 'lastUpdateTime') : textAt(written, 'lastTransitionTime'),
  };
}

interface Progress {
  readonly counts: Readonly<Record<string, number>>;
  readonly complete: boolean;
  readonly name: string;
}

/** Progressing: complete, under way, paused, or without progress for longer than the deadline. */
function progressCondition(context: Context, deployment: KubeObject, progress: Progress): JsonObject {
  const old = conditionOf(deployment, 'Progressing');
  const now = context.world.clock.now();
  const moved = hasMoved(deployment, progress);
  const since = moved || old === undefined ? now : Date.parse(textAt(old, 'lastUpdateTime'));
  const deadline = since + numberAt(deployment, ['spec', 'progressDeadlineSeconds'], 600) * 1000;
  const failed = !moved && (old?.['reason'] === 'ProgressDeadlineExceeded' || now >= deadline);
  const condition = stamped(context, deployment, progressOf(deployment, progress, failed));
  if (condition['reason'] === 'ReplicaSetUpdated') context.later(deadline - now, 'deployments.apps', deployment);
  const same = old?.['reason'] === condition['reason'] && (progress.complete || !moved);
  return { ...condition, lastUpdateTime: same ? textAt(old, 'lastUpdateTime') : timestamp(now) };
}

/** True when something happened since the status was written: another template or number, or other counts. */
function hasMoved(deployment: KubeObject, { counts }: Progress): boolean {
  if (numberAt(deployment, ['status', 'observedGeneration'], 0) !== deployment.metadata.generation) return true;
  return Object.entries(counts).some(([field, value]) => value !== numberAt(deployment, ['status', field], 0));
}

function progressOf(deployment: KubeObject, { complete, name }: Progress, failed: boolean): Condition {
  const type = 'Progressing';
  const set = `ReplicaSet ${JSON.stringify(name)}`;
  if (at(deployment, 'spec', 'paused') === true) {
    return { type, status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' };
  }
  // Once a template was rolled out, lost pods are no longer a matter of progress.
  const old = conditionOf(deployment, type);
  const observed = numberAt(deployment, ['status', 'observedGeneration'], 0) === deployment.metadata.generation;
  if (complete || (observed && old?.['reason'] === 'NewReplicaSetAvailable')) {
    return { type, status: 'True', reason: 'NewReplicaSetAvailable', message: `${set} has successfully progressed.` };
  }
  if (failed)
    return { type, status: 'False', reason: 'ProgressDeadlineExceeded', message: `${set} has timed out progressing.` };
  return { type, status: 'True', reason: 'ReplicaSetUpdated', message: `${set} is progressing.` };
}

function sum<T>(list: readonly T[], value: (item: T) => number): number {
  return list.reduce((total, item) => total + value(item), 0);
}
