import { groupOf } from '../../../../shared/model/object.ts';
import { resourceOfCrd } from '../api/crds.ts';
import { isObject, objectAt, objectsAt, textAt, withMeta } from '../json.ts';
import type { KubeObject } from '../json.ts';
import { stamped } from './conditions.ts';
import type { Context } from './context.ts';
import { change, create, remove, writeStatus } from './context.ts';

/** The namespace controller: what every namespace has, and the end of one with all that is in it. */
export function reconcileNamespace(context: Context, namespace: KubeObject): void {
  const { name, deletionTimestamp, finalizers } = namespace.metadata;
  const inside = { namespace: name };
  if (deletionTimestamp === undefined) {
    const { store } = context.world;
    if (!store.get('serviceaccounts', `${name}/default`))
      create(context, 'serviceaccounts', { metadata: { name: 'default', ...inside } });
    if (!store.get('configmaps', `${name}/kube-root-ca.crt`))
      create(context, 'configmaps', { metadata: { name: 'kube-root-ca.crt', ...inside }, data: { 'ca.crt': '' } });
    return;
  }
  let left = 0;
  for (const resource of context.world.resources.all().filter(({ namespaced }) => namespaced)) {
    const objects = context.world.store.list(resource.id).filter((object) => object.metadata.namespace === name);
    for (const object of objects) remove(context, resource.id, object);
    left += objects.filter((object) => (object.metadata.finalizers ?? []).length > 0).length;
  }
  if (left === 0 && (finalizers ?? []).length === 0) context.world.store.remove('namespaces', name);
}

/** The CRD controller: names are always accepted; an end takes the custom objects with it. */
export function reconcileCrd(context: Context, crd: KubeObject): void {
  const cleanup = 'customresourcecleanup.apiextensions.k8s.io';
  const { deletionTimestamp, finalizers } = crd.metadata;
  if (deletionTimestamp !== undefined && finalizers?.includes(cleanup) === true) {
    const { id } = resourceOfCrd(crd);
    for (const object of context.world.store.list(id)) remove(context, id, object);
    if (context.world.store.count(id) > 0) return;
    release(context, 'customresourcedefinitions.apiextensions.k8s.io', crd, cleanup);
    return;
  }
  const accepted = stamped(context, crd, {
    type: 'NamesAccepted',
    status: 'True',
    reason: 'NoConflicts',
    message: 'no conflicts found',
  });
  const established = stamped(context, crd, {
    type: 'Established',
    status: 'True',
    reason: 'InitialNamesAccepted',
    message: 'the initial names have been accepted',
  });
  const stored = objectsAt(crd, 'spec', 'versions').filter((version) => version['storage'] === true);
  writeStatus(context, 'customresourcedefinitions.apiextensions.k8s.io', crd, {
    conditions: [accepted, established],
    acceptedNames: objectAt(crd, 'spec', 'names'),
    storedVersions: stored.map((version) => textAt(version, 'name')),
  });
}

/** Volumes are bound at once, as there is nobody else who could provide them, and end when no pod uses them. */
export function reconcileClaim(context: Context, claim: KubeObject): void {
  if (claim.metadata.deletionTimestamp !== undefined) {
    if (!isUsed(context, claim)) release(context, 'persistentvolumeclaims', claim, 'kubernetes.io/pvc-protection');
    return;
  }
  if (textAt(claim, 'status', 'phase') === 'Bound') return;
  const capacity = objectAt(claim, 'spec', 'resources', 'requests');
  writeStatus(context, 'persistentvolumeclaims', claim, {
    phase: 'Bound',
    accessModes: claim['spec'] === undefined ? [] : (objectAt(claim, 'spec')['accessModes'] ?? []),
    capacity,
  });
}

/** The garbage collector for an object that waits for its dependents (foreground, orphan). */
export function reconcileDependents(
  context: Context,
  object: KubeObject,
  dependents: readonly (readonly [string, KubeObject])[],
): void {
  const finalizers = object.metadata.finalizers ?? [];
  const resource = context.world.resources.byKind(groupOf(object.apiVersion), object.kind);
  if (object.metadata.deletionTimestamp === undefined || resource === undefined) return;
  if (finalizers.includes('orphan')) {
    for (const [id, dependent] of dependents) change(context, id, dependent, (live) => disowned(live, object));
    release(context, resource.id, object, 'orphan');
  } else if (finalizers.includes('foregroundDeletion')) {
    for (const [id, dependent] of dependents) remove(context, id, dependent);
    const left = dependents.filter(([id, { metadata }]) =>
      context.world.store.get(
        id,
        metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`,
      ),
    );
    if (left.length === 0) release(context, resource.id, object, 'foregroundDeletion');
  }
}

/** True when at least one of an object's owners still exists. */
export function hasLivingOwner(context: Context, object: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some((owner) => {
    const resource = context.world.resources.byKind(groupOf(owner.apiVersion), owner.kind);
    // An owner of a kind that is not served cannot be looked up, so it counts as living.
    if (resource === undefined) return true;
    const namespace = resource.namespaced ? `${object.metadata.namespace ?? ''}/` : '';
    return context.world.store.get(resource.id, `${namespace}${owner.name}`)?.metadata.uid === owner.uid;
  });
}

function isUsed(context: Context, { metadata }: KubeObject): boolean {
  const pods = context.world.store.list('pods').filter((pod) => pod.metadata.namespace === metadata.namespace);
  const volumes = pods.flatMap((pod) => objectsAt(pod, 'spec', 'volumes'));
  return volumes.some((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') === metadata.name);
}

function release(context: Context, resource: string, object: KubeObject, finalizer: string): void {
  change(context, resource, object, (live) => {
    const left = (live.metadata.finalizers ?? []).filter((item) => item !== finalizer);
    return withMeta(live, { finalizers: left.length > 0 ? left : undefined });
  });
}

function disowned(object: KubeObject, owner: KubeObject): KubeObject {
  const owners = (object.metadata.ownerReferences ?? []).filter(
    (item) => isObject(item) && item.uid !== owner.metadata.uid,
  );
  return withMeta(object, { ownerReferences: owners.length > 0 ? owners : undefined });
}
