import { timestamp } from '../clock.ts';
import { digestOfValue } from '../../../../shared/lib/canonical.ts';
import { isObject, objectAt, objectsAt, textAt, withAt } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';
import { conditionOf, holds } from './conditions.ts';
import type { Context, Reconcile } from './context.ts';
import { controllerRef, create, remove, writeStatus } from './context.ts';

/** A pod that a workload wants. */
export interface WantedPod {
  readonly name: string;
  readonly template: Json | undefined;
  readonly labels?: JsonObject;
  readonly node?: string;
}

/** Creates a pod from its owner's template. */
export function createPod(context: Context, owner: KubeObject, { name, template, labels, node }: WantedPod): void {
  const metadata = objectAt(template, 'metadata');
  const nodeName = node ?? context.nodes[0];
  create(context, 'pods', {
    metadata: {
      ...metadata,
      name,
      namespace: owner.metadata.namespace ?? 'default',
      labels: { ...objectAt(metadata, 'labels'), ...labels } as Record<string, string>,
      ownerReferences: [controllerRef(owner)],
    },
    spec: { ...objectAt(template, 'spec'), ...(nodeName === undefined ? {} : { nodeName }) },
  });
}

/** The pods of a workload that are not on their way out. */
export function podsOf(context: Context, owner: KubeObject): readonly KubeObject[] {
  return context.owned(owner, 'pods').filter((pod) => pod.metadata.deletionTimestamp === undefined);
}

/** True for pods that serve. */
export function isReady(pod: KubeObject): boolean {
  return holds(pod, 'Ready');
}

/** Deletes pods, those that are not ready first. */
export function removePods(context: Context, pods: readonly KubeObject[], count: number): void {
  const order = pods.toSorted((a, b) => Number(isReady(a)) - Number(isReady(b)));
  for (const pod of order.slice(0, count)) remove(context, 'pods', pod);
}

/** A short name for the content of a pod template. */
export function templateHash(template: Json | undefined): string {
  return digestOfValue(template ?? {}).slice('sha256:'.length, 'sha256:'.length + 10);
}

/** Images that can never be pulled: below `broken/`, or with the tag `broken`. */
export function isBroken(image: string): boolean {
  return image.startsWith('broken/') || image.endsWith(':broken');
}

/** The kubelet: a pod runs, ends, or waits for its image after the delay. */
export function kubelet(due: (pod: KubeObject) => number): Reconcile {
  return (context, pod) => {
    const wait = due(pod) - context.world.clock.now();
    if (textAt(pod, 'status', 'phase') === 'Succeeded' || conditionOf(pod, 'Ready') !== undefined) return;
    if (wait > 0) context.later(wait, 'pods', pod);
    else writeStatus(context, 'pods', pod, podStatus(context, pod));
  };
}

function podStatus(context: Context, pod: KubeObject): JsonObject {
  const time = timestamp(context.world.clock.now());
  const broken = isBroken(textAt(objectsAt(pod, 'spec', 'containers')[0], 'image'));
  const ends = !broken && textAt(pod, 'spec', 'restartPolicy') !== 'Always';
  const ready = !broken && !ends;
  const condition = (type: string, status: boolean): JsonObject => ({
    type,
    status: status ? 'True' : 'False',
    lastTransitionTime: time,
    ...(status ? {} : { reason: ends ? 'PodCompleted' : 'ContainersNotReady' }),
  });
  const conditions = [
    condition('PodScheduled', true),
    condition('Initialized', true),
    condition('ContainersReady', ready),
    condition('Ready', ready),
  ];
  return {
    phase: broken ? 'Pending' : ends ? 'Succeeded' : 'Running',
    conditions,
    hostIP: '10.0.0.1',
    podIP: address(pod),
    podIPs: [{ ip: address(pod) }],
    startTime: time,
    containerStatuses: objectsAt(pod, 'spec', 'containers').map((container) =>
      containerStatus(container, { broken, ends, time }),
    ),
  };
}

function containerStatus(
  container: JsonObject,
  { broken, ends, time }: { readonly broken: boolean; readonly ends: boolean; readonly time: string },
): JsonObject {
  const image = textAt(container, 'image');
  const waiting = {
    waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image ${JSON.stringify(image)}` },
  };
  const ended = { terminated: { exitCode: 0, reason: 'Completed', startedAt: time, finishedAt: time } };
  const state = broken ? waiting : ends ? ended : { running: { startedAt: time } };
  return {
    name: textAt(container, 'name'),
    image,
    imageID: '',
    ready: !broken && !ends,
    restartCount: 0,
    started: !broken && !ends,
    state,
  };
}

/** An address made from the uid, so that it needs no bookkeeping. */
function address(pod: KubeObject): string {
  const digits = (pod.metadata.uid ?? '').replaceAll('-', '');
  const part = (from: number): number => parseInt(digits.slice(from, from + 2), 16);
  return `10.${128 + (part(0) % 64)}.${part(2)}.${1 + (part(4) % 254)}`;
}

/** A template with a label more, as the controllers mark their pods. */
export function labelled(template: Json | undefined, label: string, value: string): JsonObject {
  return withAt(isObject(template) ? template : {}, ['metadata', 'labels', label], value);
}
