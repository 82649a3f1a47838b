import { timestamp } from '../clock.ts';
import { replicasOf } from '../api/defaults.ts';
import { at, numberAt, objectAt, objectsAt, textAt } from '../json.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import type { Condition } from './conditions.ts';
import { holds, stamped } from './conditions.ts';
import type { Context } from './context.ts';
import { create, remove, writeStatus } from './context.ts';
import { createPod, isReady, podsOf, removePods, templateHash } from './pods.ts';

const hashLabel = 'controller-revision-hash';

/** The StatefulSet controller: numbered pods, one after the other unless Parallel, updated from the highest down. */
export function reconcileStatefulSet(context: Context, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  // Its pods carry the whole name of their revision, those of a DaemonSet the hash alone.
  const hash = `${set.metadata.name}-${templateHash(at(set, 'spec', 'template'))}`;
  const wanted = replicasOf(set);
  const pods = podsOf(context, set).toSorted((a, b) => ordinal(a) - ordinal(b));
  for (const pod of pods) if (ordinal(pod) >= wanted) remove(context, 'pods', pod);
  const kept = pods.filter((pod) => ordinal(pod) < wanted);
  createMembers(context, set, { kept, wanted, hash });
  if (kept.length === wanted) replaceStale(context, set, { kept, hash });
  settleStatefulSet(context, set, hash);
}

/** The DaemonSet controller: one pod a node; one at a time is replaced when the template changes. */
export function reconcileDaemonSet(context: Context, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const hash = templateHash(at(set, 'spec', 'template'));
  const pods = podsOf(context, set);
  for (const node of context.nodes) {
    if (pods.some((pod) => at(pod, 'spec', 'nodeName') === node)) continue;
    const name = `${set.metadata.name}-${context.world.suffix()}`;
    createPod(context, set, { name, node, template: at(set, 'spec', 'template'), labels: { [hashLabel]: hash } });
  }
  const stale = pods.filter((pod) => pod.metadata.labels?.[hashLabel] !== hash);
  const rolls = textAt(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
  if (rolls && (pods.every(isReady) || stale.some((pod) => !isReady(pod)))) removePods(context, stale, 1);
  const now = podsOf(context, set);
  const ready = now.filter(isReady).length;
  const updated = now.filter((pod) => pod.metadata.labels?.[hashLabel] === hash).length;
  writeStatus(context, 'daemonsets.apps', set, {
    currentNumberScheduled: now.length,
    desiredNumberScheduled: context.nodes.length,
    numberMisscheduled: 0,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 1,
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(ready > 0 ? { numberAvailable: ready } : {}),
    ...(context.nodes.length > ready ? { numberUnavailable: context.nodes.length - ready } : {}),
  });
}

/** The Job controller: pods until enough have succeeded; the TTL controller: the end of a Job that came to its end. */
export function reconcileJob(context: Context, job: KubeObject): void {
  if (job.metadata.deletionTimestamp !== undefined) return;
  if (holds(job, 'Complete')) {
    expire(context, job);
    return;
  }
  if (holds(job, 'Failed') || isOverdue(context, job)) return;
  const time = timestamp(context.world.clock.now());
  if (at(job, 'spec', 'suspend') === true) {
    const suspended: Condition = {
      type: 'Suspended',
      status: 'True',
      reason: 'JobSuspended',
      message: 'Job suspended',
    };
    writeStatus(context, 'jobs.batch', job, {
      conditions: [{ ...stamped(context, job, suspended), lastProbeTime: time }],
    });
    return;
  }
  const wanted = numberAt(job, ['spec', 'completions'], 1);
  const succeeded = podsOf(context, job).filter((pod) => textAt(pod, 'status', 'phase') === 'Succeeded').length;
  startPods(context, job, wanted - succeeded);
  const active = podsOf(context, job).length - succeeded;
  writeStatus(context, 'jobs.batch', job, {
    startTime: textAt(job, 'status', 'startTime') || time,
    ...(active > 0 ? { active } : {}),
    ...(succeeded > 0 ? { succeeded } : {}),
    ready: 0,
    terminating: 0,
    ...(succeeded >= wanted ? finished(time) : {}),
  });
}

/** Fails a Job that ran for longer than `activeDeadlineSeconds`, and stops its pods; looks again when that time is over. */
function isOverdue(context: Context, job: KubeObject): boolean {
  const seconds = at(job, 'spec', 'activeDeadlineSeconds');
  const started = textAt(job, 'status', 'startTime');
  if (typeof seconds !== 'number' || started === '') return false;
  const left = Date.parse(started) + seconds * 1000 - context.world.clock.now();
  if (left > 0) {
    context.later(left, 'jobs.batch', job);
    return false;
  }
  const message = 'Job was active longer than specified deadline';
  const condition = { type: 'Failed', status: 'True', reason: 'DeadlineExceeded', message } as const;
  removePods(context, podsOf(context, job), Infinity);
  const conditions = [{ ...stamped(context, job, condition), lastProbeTime: timestamp(context.world.clock.now()) }];
  writeStatus(context, 'jobs.batch', job, { startTime: started, conditions, failed: 1, ready: 0, terminating: 0 });
  return true;
}

/** Removes a finished Job once its time to live is over. */
function expire(context: Context, job: KubeObject): void {
  const ttl = at(job, 'spec', 'ttlSecondsAfterFinished');
  if (typeof ttl !== 'number') return;
  const left = Date.parse(textAt(job, 'status', 'completionTime')) + ttl * 1000 - context.world.clock.now();
  if (left > 0) context.later(left, 'jobs.batch', job);
  else remove(context, 'jobs.batch', job);
}

/** As many pods at once as the Job allows, for what is still missing. */
function startPods(context: Context, job: KubeObject, missing: number): void {
  const running = podsOf(context, job).filter((pod) => textAt(pod, 'status', 'phase') !== 'Succeeded').length;
  const room = Math.min(numberAt(job, ['spec', 'parallelism'], 1), missing) - running;
  for (let index = 0; index < room; index += 1) {
    const name = `${job.metadata.name}-${context.world.suffix()}`;
    createPod(context, job, { name, template: at(job, 'spec', 'template') });
  }
}

function finished(time: string): JsonObject {
  const reached = { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
  const condition = { status: 'True', ...reached, lastProbeTime: time, lastTransitionTime: time };
  return {
    completionTime: time,
    conditions: ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, ...condition })),
  };
}

function ordinal(pod: KubeObject): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? '0');
}

interface Members {
  readonly kept: readonly KubeObject[];
  readonly hash: string;
}

/** Missing pods; unless Parallel each waits for the one before it to be ready. */
function createMembers(
  context: Context,
  set: KubeObject,
  { kept, wanted, hash }: Members & { readonly wanted: number },
): void {
  const parallel = isParallel(set);
  for (let index = 0; index < wanted; index += 1) {
    const pod = kept.find((member) => ordinal(member) === index);
    if (pod === undefined) createMember(context, set, { index, hash });
    if (!parallel && (pod === undefined || !isReady(pod))) return;
  }
}

function isParallel(set: KubeObject): boolean {
  return textAt(set, 'spec', 'podManagementPolicy') === 'Parallel';
}

/**
 * The highest pod of an older template goes when all are ready; of a Parallel set also when it is not ready itself. In order, a pod
 * that never gets ready keeps a mended template from coming, until a person deletes it.
 */
function replaceStale(context: Context, set: KubeObject, { kept, hash }: Members): void {
  if (textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return;
  const partition = numberAt(set, ['spec', 'updateStrategy', 'rollingUpdate', 'partition'], 0);
  const stale = kept.filter((pod) => ordinal(pod) >= partition && pod.metadata.labels?.[hashLabel] !== hash).at(-1);
  if (stale !== undefined && (kept.every(isReady) || (isParallel(set) && !isReady(stale))))
    remove(context, 'pods', stale);
}

function createMember(
  context: Context,
  set: KubeObject,
  { index, hash }: { readonly index: number; readonly hash: string },
): void {
  const { name: base, namespace } = set.metadata;
  const name = `${base}-${index}`;
  const claims = objectsAt(set, 'spec', 'volumeClaimTemplates');
  const volumes = claims.map((claim) => {
    const claimName = `${textAt(claim, 'metadata', 'name')}-${name}`;
    const metadata = {
      ...objectAt(claim, 'metadata'),
      name: claimName,
      ...(namespace === undefined ? {} : { namespace }),
    };
    create(context, 'persistentvolumeclaims', { metadata, spec: objectAt(claim, 'spec') });
    return { name: textAt(claim, 'metadata', 'name'), persistentVolumeClaim: { claimName } };
  });
  const template = objectAt(set, 'spec', 'template');
  const spec = objectAt(template, 'spec');
  const all = [...objectsAt(spec, 'volumes'), ...volumes];
  createPod(context, set, {
    name,
    template: { ...template, spec: { ...spec, hostname: name, ...(all.length > 0 ? { volumes: all } : {}) } },
    labels: {
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(index),
      [hashLabel]: hash,
    },
  });
}

function settleStatefulSet(context: Context, set: KubeObject, hash: string): void {
  const pods = podsOf(context, set);
  const ready = pods.filter(isReady).length;
  const updated = pods.filter((pod) => pod.metadata.labels?.[hashLabel] === hash).length;
  const done = updated === pods.length && updated === replicasOf(set);
  const known = textAt(set, 'status', 'currentRevision');
  writeStatus(context, 'statefulsets.apps', set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    availableReplicas: ready,
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    ...(done ? { currentReplicas: updated } : pods.length > updated ? { currentReplicas: pods.length - updated } : {}),
    currentRevision: done || known === '' ? hash : known,
    updateRevision: hash,
    collisionCount: 0,
  });
}
