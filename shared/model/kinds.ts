import { groupKind, groupKindOf, type GroupKind, type ObjectId } from './object.ts';
import { trafficProviders } from './traffic.ts';

/**
 * The stages of an apply, in order: an object may refer to objects of earlier stages. Deletion goes the other way.
 * Kinds without a row are `custom`.
 */
export const applyStages = [
  'definitions',
  'namespaces',
  'policies',
  'accounts',
  'configuration',
  'services',
  'workloads',
  'scaling',
  'custom',
  'traffic',
  'webhooks',
] as const;
export type ApplyStage = (typeof applyStages)[number];

/** Where objects of a kind live. */
export type Scope = 'cluster' | 'namespace';

/** Where the number of replicas of a scalable workload stands. */
export const replicasPointer = '/spec/replicas';

/** The part of a kind in an application: it runs pods, scales such kinds, leads traffic to Services, or starts Jobs by itself. */
export type Role = 'workload' | 'autoscaler' | 'route' | 'schedule';

/** Where an autoscaler has its least and its most pods. */
export interface ScalingBounds {
  readonly least: { readonly field: string; readonly default: number };
  readonly most: { readonly field: string; readonly default: number };
}

/** The facts of a kind. */
export interface KindFacts {
  readonly stage: ApplyStage;
  /** Null for a kind that the table does not name: a hub can only guess it, and an agent asks the server. */
  readonly scope: Scope | null;
  readonly role: Role | null;
  /** Deletion needs an approval, because it takes data or other objects along (safety.md I3). */
  readonly isProtected: boolean;
  /** Has a scale subresource, even where its manifest leaves `spec.replicas` out. */
  readonly isScalable: boolean;
  /** It runs once: gone after its end, it is done. */
  readonly runsToItsEnd: boolean;
  /** Of an autoscaler: the fields of its spec that bound the pods, and what they are where they are not written. */
  readonly bounds: ScalingBounds | null;
  /** Its status says nothing: it is Current as soon as it exists, and a watch of its metadata is enough. */
  readonly isInert: boolean;
  /** The longest name that Kubernetes, or what it derives from the name, allows. */
  readonly maxName: number;
  /** Versions of the same fields that stand in where the version of a manifest is not served, best first. */
  readonly olderVersions: readonly string[];
}

const unlisted: KindFacts = {
  stage: 'custom',
  scope: null,
  role: null,
  isProtected: false,
  isScalable: false,
  runsToItsEnd: false,
  bounds: null,
  isInert: false,
  maxName: 253,
  olderVersions: [],
};

type Row = Partial<Omit<KindFacts, 'stage'>>;
type Bound = readonly [field: string, unwritten: number];

// Parts that many rows share.
const inCluster = { scope: 'cluster' } as const;
const inert = { isInert: true } as const;
const inertInCluster = { ...inCluster, ...inert } as const;
const guarded = { isProtected: true } as const;
const workload = { role: 'workload' } as const;
const scalable = { isScalable: true } as const;
const once = { runsToItsEnd: true } as const;

const autoscaler = (...[least, most]: readonly [least: Bound, most: Bound]) =>
  ({
    role: 'autoscaler',
    bounds: { least: { field: least[0], default: least[1] }, most: { field: most[0], default: most[1] } },
  }) as const;

const rows: Readonly<Record<ApplyStage, Readonly<Record<GroupKind, Row>>>> = {
  definitions: { 'apiextensions.k8s.io/CustomResourceDefinition': { ...inCluster, ...guarded } },
  namespaces: { '/Namespace': { ...inCluster, ...guarded, maxName: 63 } },
  policies: {
    '/ResourceQuota': inert,
    '/LimitRange': inert,
    'networking.k8s.io/NetworkPolicy': inert,
    'policy/PodDisruptionBudget': inert,
    'scheduling.k8s.io/PriorityClass': inertInCluster,
    'storage.k8s.io/StorageClass': inertInCluster,
    'networking.k8s.io/IngressClass': inertInCluster,
  },
  accounts: {
    '/ServiceAccount': inert,
    'rbac.authorization.k8s.io/ClusterRole': inertInCluster,
    'rbac.authorization.k8s.io/ClusterRoleBinding': inertInCluster,
    'rbac.authorization.k8s.io/Role': inert,
    'rbac.authorization.k8s.io/RoleBinding': inert,
  },
  configuration: {
    '/ConfigMap': inert,
    '/Secret': inert,
    '/PersistentVolume': { ...inCluster, ...guarded },
    '/PersistentVolumeClaim': guarded,
  },
  services: {
    '/Service': { maxName: 63 },
    '/Endpoints': inert,
    'discovery.k8s.io/EndpointSlice': {},
  },
  workloads: {
    'apps/Deployment': { ...workload, ...scalable },
    'apps/StatefulSet': { ...workload, ...scalable, maxName: 52 },
    'apps/DaemonSet': workload,
    'apps/ReplicaSet': { ...workload, ...scalable },
    'batch/Job': { ...once, maxName: 63 },
    'batch/CronJob': { ...inert, role: 'schedule', maxName: 52 },
    '/Pod': once,
    '/ReplicationController': scalable,
  },
  scaling: {
    // Of this one `maxReplicas` must be written.
    'autoscaling/HorizontalPodAutoscaler': autoscaler(['minReplicas', 1], ['maxReplicas', 0]),
    'keda.sh/ScaledObject': autoscaler(['minReplicaCount', 0], ['maxReplicaCount', 100]),
  },
  custom: {
    '/Node': inCluster,
    'admissionregistration.k8s.io/MutatingAdmissionPolicy': inCluster,
    'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': inCluster,
    'admissionregistration.k8s.io/ValidatingAdmissionPolicy': inCluster,
    'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': inCluster,
    'argoproj.io/CronWorkflow': { role: 'schedule' },
    'argoproj.io/Rollout': scalable,
    'certificates.k8s.io/CertificateSigningRequest': inCluster,
    'certificates.k8s.io/ClusterTrustBundle': inCluster,
    'flowcontrol.apiserver.k8s.io/FlowSchema': inCluster,
    'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': inCluster,
    'gateway.networking.k8s.io/GatewayClass': inCluster,
    'networking.k8s.io/IPAddress': inCluster,
    'networking.k8s.io/ServiceCIDR': inCluster,
    'keda.sh/ScaledJob': { role: 'schedule' },
    'node.k8s.io/RuntimeClass': inCluster,
    'resource.k8s.io/DeviceClass': inCluster,
    'resource.k8s.io/ResourceSlice': inCluster,
    'snapshot.storage.k8s.io/VolumeSnapshotClass': inCluster,
    'snapshot.storage.k8s.io/VolumeSnapshotContent': inCluster,
    'storage.k8s.io/CSIDriver': inCluster,
    'storage.k8s.io/CSINode': inCluster,
    'storage.k8s.io/VolumeAttachment': inCluster,
    'storage.k8s.io/VolumeAttributesClass': inCluster,
  },
  traffic: Object.fromEntries(
    trafficProviders.map(({ group, kind, olderVersions }) => [
      groupKind(group, kind),
      { role: 'route', olderVersions } as const,
    ]),
  ),
  webhooks: {
    'admissionregistration.k8s.io/ValidatingWebhookConfiguration': inertInCluster,
    'admissionregistration.k8s.io/MutatingWebhookConfiguration': inertInCluster,
    'apiregistration.k8s.io/APIService': inCluster,
  },
};

/** Every kind with facts of its own, by name, in the order of the apply stages. */
export const kinds: ReadonlyMap<GroupKind, KindFacts> = new Map(
  applyStages.flatMap((stage) =>
    Object.entries(rows[stage]).map(
      ([kind, row]) => [kind, { ...unlisted, scope: 'namespace', ...row, stage }] as const,
    ),
  ),
);

/** The facts of a kind; defaults for one that the table does not name. */
export function kindFacts(kind: GroupKind): KindFacts {
  return kinds.get(kind) ?? unlisted;
}

/** The facts of an object's kind. */
export function factsOf(id: ObjectId): KindFacts {
  return kindFacts(groupKindOf(id));
}

/** True for an object whose deletion needs an approval (safety.md I3). */
export function isProtected(id: ObjectId): boolean {
  return factsOf(id).isProtected;
}

/** True for an object that runs pods: what capacity and readiness are made of. */
export function isWorkload(id: ObjectId): boolean {
  return factsOf(id).role === 'workload';
}

/** True for an object that may have replicas: its kind runs pods or can be scaled, or the table does not name it. */
export function mayHaveReplicas(id: ObjectId): boolean {
  const { isScalable, role, scope } = factsOf(id);
  return isScalable || role === 'workload' || scope === null;
}

/** True for an object that leads traffic to Services. */
export function isRoute(id: ObjectId): boolean {
  return factsOf(id).role === 'route';
}
