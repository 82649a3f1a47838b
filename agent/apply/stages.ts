import { by } from '../../shared/lib/order.ts';
import { groupKindOf, type GroupKind, type ObjectId } from '../../shared/model/object.ts';

/** The stages of an apply, in order: what a later one refers to exists by then. Kinds that are not named are `custom`. */
const stages: readonly (readonly [string, readonly GroupKind[]])[] = [
  ['definitions', ['apiextensions.k8s.io/CustomResourceDefinition']],
  ['namespaces', ['/Namespace']],
  [
    'policies',
    [
      '/ResourceQuota',
      '/LimitRange',
      'networking.k8s.io/NetworkPolicy',
      'policy/PodDisruptionBudget',
      'scheduling.k8s.io/PriorityClass',
      'storage.k8s.io/StorageClass',
      'networking.k8s.io/IngressClass',
    ],
  ],
  [
    'accounts',
    [
      '/ServiceAccount',
      'rbac.authorization.k8s.io/ClusterRole',
      'rbac.authorization.k8s.io/ClusterRoleBinding',
      'rbac.authorization.k8s.io/Role',
      'rbac.authorization.k8s.io/RoleBinding',
    ],
  ],
  ['configuration', ['/ConfigMap', '/Secret', '/PersistentVolume', '/PersistentVolumeClaim']],
  ['services', ['/Service', '/Endpoints', 'discovery.k8s.io/EndpointSlice']],
  [
    'workloads',
    [
      'apps/Deployment',
      'apps/StatefulSet',
      'apps/DaemonSet',
      'apps/ReplicaSet',
      'batch/Job',
      'batch/CronJob',
      '/Pod',
      '/ReplicationController',
    ],
  ],
  ['scaling', ['autoscaling/HorizontalPodAutoscaler']],
  ['custom', []],
  [
    'traffic',
    ['networking.istio.io/VirtualService', 'gateway.networking.k8s.io/HTTPRoute', 'networking.k8s.io/Ingress'],
  ],
  [
    'webhooks',
    [
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'apiregistration.k8s.io/APIService',
    ],
  ],
];

const rankOfKind = new Map(stages.flatMap(([, kinds], rank) => kinds.map((kind) => [kind, rank] as const)));
const customRank = stages.findIndex(([name]) => name === 'custom');

/** The rank of an object's stage: objects of a lower one are applied before, and deleted after. */
export function stageOf(id: ObjectId): number {
  return rankOfKind.get(groupKindOf(id)) ?? customRank;
}

/** Items grouped by stage, first stage first, each sorted by id. */
export function inStages<T extends { readonly id: ObjectId }>(items: readonly T[]): T[][] {
  const grouped = new Map<number, T[]>();
  for (const item of items) {
    const rank = stageOf(item.id);
    const group = grouped.get(rank);
    if (group === undefined) grouped.set(rank, [item]);
    else group.push(item);
  }
  return [...grouped.entries()].sort(([a], [b]) => a - b).map(([, group]) => group.sort(by((item) => item.id)));
}
