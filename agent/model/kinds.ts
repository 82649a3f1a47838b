import { groupKindOf, type GroupKind, type ObjectId } from '../../shared/model/object.ts';
import { providerOfKind } from '../../shared/model/traffic.ts';

/** The kind whose objects say which addresses behind a Service are ready. */
export const sliceKind: GroupKind = 'discovery.k8s.io/EndpointSlice';

/** Kinds that run pods by themselves: what capacity and readiness are made of. */
const workloads: ReadonlySet<GroupKind> = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
]);

/** Kinds of which existence is all there is to know: a watch of their metadata is enough. */
const inert: ReadonlySet<GroupKind> = new Set([
  '/ConfigMap',
  '/Secret',
  '/ServiceAccount',
  '/LimitRange',
  '/ResourceQuota',
  '/Endpoints',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'networking.k8s.io/NetworkPolicy',
  'networking.k8s.io/IngressClass',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/StorageClass',
  'batch/CronJob',
  'policy/PodDisruptionBudget',
  'autoscaling/HorizontalPodAutoscaler',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
]);

/** Kinds whose deletion takes data or other people's objects with it. */
const guarded: ReadonlySet<GroupKind> = new Set([
  '/Namespace',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

/** True for a kind that runs pods. */
export function isWorkload(id: ObjectId): boolean {
  return workloads.has(groupKindOf(id));
}

/** True for a kind that leads traffic to Services. */
export function isRouter(id: ObjectId): boolean {
  return providerOfKind(groupKindOf(id)) !== null;
}

/** True for a kind that nothing but its metadata is watched of. */
export function isInert(kind: GroupKind): boolean {
  return inert.has(kind);
}

/** The versions that an object of a kind may be written in, best first: the one that it says, then what may stand in for it. */
export function versionsFor(kind: GroupKind, version: string): readonly string[] {
  return [version, ...(providerOfKind(kind)?.olderVersions ?? [])];
}

/** True for a kind that is never deleted without an approval. */
export function isProtected(id: ObjectId): boolean {
  return guarded.has(groupKindOf(id));
}
