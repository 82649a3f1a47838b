import { timestamp } from '../clock.ts';
import { textAt, withMeta } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';
import { objectKey } from '../store/store.ts';
import { conflict, otherUid } from './errors.ts';
import type { Call, World } from './world.ts';
import { readObject, subjectOf } from './world.ts';

/** The DeleteOptions that count. */
export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
}

/** The options in a DeleteOptions body. */
export function deleteOptions(body: Json | undefined, propagation: string): DeleteOptions {
  const uid = textAt(body, 'preconditions', 'uid');
  const resourceVersion = textAt(body, 'preconditions', 'resourceVersion');
  const wanted = textAt(body, 'propagationPolicy') || propagation;
  return {
    ...(uid === '' ? {} : { uid }),
    ...(resourceVersion === '' ? {} : { resourceVersion }),
    ...(wanted === 'Foreground' || wanted === 'Orphan' || wanted === 'Background' ? { propagation: wanted } : {}),
  };
}

/** Deletes an object, or marks it for deletion when finalizers hold it; answers what the API server answers. */
export function removeObject(world: World, call: Call, options: DeleteOptions): JsonObject {
  const live = readObject(world, call);
  checkPreconditions(call, live, options);
  const finalizers = finalizersFor(call, live, options);
  if (finalizers.length > 0 || call.resource.id === 'namespaces') return mark(world, call, { live, finalizers });
  if (call.dryRun !== true) world.store.remove(call.resource.id, objectKey(live));
  // Pods end gracefully, which is why their answer is the pod.
  return call.resource.id === 'pods' ? live : successStatus(call, live);
}

/** Status `Success` for a deleted object. */
export function successStatus(call: Call, object: KubeObject): JsonObject {
  const { group, plural } = call.resource;
  const details = {
    name: object.metadata.name,
    ...(group === '' ? {} : { group }),
    kind: plural,
    uid: object.metadata.uid,
  };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

function mark(
  world: World,
  call: Call,
  { live, finalizers }: { readonly live: KubeObject; readonly finalizers: readonly string[] },
): KubeObject {
  const known = live.metadata.finalizers ?? [];
  if (live.metadata.deletionTimestamp !== undefined && finalizers.length === known.length) return live;
  const { generation } = live.metadata;
  const marked = withMeta(live, {
    deletionTimestamp: live.metadata.deletionTimestamp ?? timestamp(world.clock.now()),
    deletionGracePeriodSeconds: call.resource.id === 'namespaces' ? undefined : 0,
    generation: generation === undefined ? undefined : generation + 1,
    finalizers: finalizers.length > 0 ? finalizers : undefined,
  });
  const object = call.resource.id === 'namespaces' ? { ...marked, status: { phase: 'Terminating' } } : marked;
  return call.dryRun === true ? object : world.store.put(call.resource.id, object);
}

function finalizersFor(call: Call, live: KubeObject, options: DeleteOptions): readonly string[] {
  const extra = [
    ...(options.propagation === 'Foreground' ? ['foregroundDeletion'] : []),
    ...(options.propagation === 'Orphan' ? ['orphan'] : []),
    ...(call.resource.kind === 'CustomResourceDefinition' ? ['customresourcecleanup.apiextensions.k8s.io'] : []),
  ];
  return [...new Set([...(live.metadata.finalizers ?? []), ...extra])];
}

function checkPreconditions(call: Call, live: KubeObject, { uid, resourceVersion }: DeleteOptions): void {
  const { metadata } = live;
  if (uid !== undefined && uid !== metadata.uid) {
    throw otherUid(subjectOf(call), uid, metadata.uid ?? '');
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      subjectOf(call),
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion ?? ''}). The object might have been modified`,
    );
  }
}
