import type { KubeObject } from '../../shared/model/object.ts';
import type { Refusal } from './node.ts';

/** An API version of a kind that servers do not have any more. */
interface Removed {
  /** The first minor version of Kubernetes 1 without it. */
  readonly since: number;
  /** The version that stands in for it; null = there is none, and `advice` says what to do. */
  readonly instead: string | null;
  readonly advice?: string;
}

type Row = readonly [since: number, versions: readonly string[], kinds: readonly string[], instead: string | null];

const apps = 'apps/v1';
const noPodPolicy =
  'label the namespace for Pod Security admission instead (pod-security.kubernetes.io/enforce: baseline)';

// From the list of removed APIs of Kubernetes: kinds that people write in manifests.
const rows: readonly Row[] = [
  [16, ['extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2'], ['Deployment', 'DaemonSet', 'ReplicaSet'], apps],
  [16, ['apps/v1beta1', 'apps/v1beta2'], ['StatefulSet'], apps],
  [16, ['extensions/v1beta1'], ['NetworkPolicy'], 'networking.k8s.io/v1'],
  [16, ['extensions/v1beta1'], ['PodSecurityPolicy'], null],
  [22, ['extensions/v1beta1', 'networking.k8s.io/v1beta1'], ['Ingress'], 'networking.k8s.io/v1'],
  [22, ['networking.k8s.io/v1beta1'], ['IngressClass'], 'networking.k8s.io/v1'],
  [22, ['apiextensions.k8s.io/v1beta1'], ['CustomResourceDefinition'], 'apiextensions.k8s.io/v1'],
  [22, ['apiregistration.k8s.io/v1beta1'], ['APIService'], 'apiregistration.k8s.io/v1'],
  [
    22,
    ['admissionregistration.k8s.io/v1beta1'],
    ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
    'admissionregistration.k8s.io/v1',
  ],
  [22, ['certificates.k8s.io/v1beta1'], ['CertificateSigningRequest'], 'certificates.k8s.io/v1'],
  [22, ['coordination.k8s.io/v1beta1'], ['Lease'], 'coordination.k8s.io/v1'],
  [
    22,
    ['rbac.authorization.k8s.io/v1alpha1', 'rbac.authorization.k8s.io/v1beta1'],
    ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
    'rbac.authorization.k8s.io/v1',
  ],
  [22, ['scheduling.k8s.io/v1alpha1', 'scheduling.k8s.io/v1beta1'], ['PriorityClass'], 'scheduling.k8s.io/v1'],
  [22, ['storage.k8s.io/v1beta1'], ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'], 'storage.k8s.io/v1'],
  [25, ['batch/v1beta1'], ['CronJob'], 'batch/v1'],
  [25, ['discovery.k8s.io/v1beta1'], ['EndpointSlice'], 'discovery.k8s.io/v1'],
  [25, ['policy/v1beta1'], ['PodDisruptionBudget'], 'policy/v1'],
  [25, ['policy/v1beta1'], ['PodSecurityPolicy'], null],
  [25, ['node.k8s.io/v1beta1'], ['RuntimeClass'], 'node.k8s.io/v1'],
  [25, ['autoscaling/v2beta1'], ['HorizontalPodAutoscaler'], 'autoscaling/v2'],
  [26, ['autoscaling/v2beta2'], ['HorizontalPodAutoscaler'], 'autoscaling/v2'],
  [27, ['storage.k8s.io/v1beta1'], ['CSIStorageCapacity'], 'storage.k8s.io/v1'],
  ...[26, 29, 32].map((since, index): Row => [
    since,
    [`flowcontrol.apiserver.k8s.io/v1beta${index + 1}`],
    ['FlowSchema', 'PriorityLevelConfiguration'],
    'flowcontrol.apiserver.k8s.io/v1',
  ]),
];

const removed: ReadonlyMap<string, Removed> = new Map(
  rows.flatMap(([since, versions, kinds, instead]) =>
    versions.flatMap((version) =>
      kinds.map((kind): [string, Removed] => [
        `${version} ${kind}`,
        { since, instead, ...(instead === null && { advice: noPodPolicy }) },
      ]),
    ),
  ),
);

/** What servers from a minor version of Kubernetes 1 on refuse. */
export interface RemovedVersion {
  readonly since: number;
  readonly refusal: Refusal;
}

/** The API version of an object that no server of a supported version has; null for every other one. */
export function removedVersion({ apiVersion, kind }: KubeObject): RemovedVersion | null {
  const found = removed.get(`${apiVersion} ${kind}`);
  if (found === undefined) return null;
  const { since, instead, advice } = found;
  const message = `apiVersion is ${apiVersion}, which Kubernetes does not serve since 1.${since}`;
  const hint = advice ?? `write it as ${instead ?? ''}; its fields may have other names there`;
  return { since, refusal: { path: ['apiVersion'], message, hint } };
}

/** The minor version of a server that calls itself this (`v1.29.4-gke.1`); null for anything else. */
export function minorOf(version: string): number | null {
  const found = /^v?1\.(\d+)/.exec(version);
  return found === null ? null : Number(found[1]);
}
