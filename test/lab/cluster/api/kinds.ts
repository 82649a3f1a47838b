import type { Schema } from '../apply/schema.ts';
import type { JsonObject } from '../json.ts';
import { builtInSchema, skeletonOf } from '../types/builtin.ts';

/** Where a scale subresource reads and writes, as paths of member names. */
export interface ScalePaths {
  readonly spec: readonly string[];
  readonly status: readonly string[];
  /** Where the selector's text is; a built-in kind has a LabelSelector at spec.selector instead. */
  readonly selector?: readonly string[];
}

/** A column of the table that kubectl prints. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly path: readonly string[];
}

/** A resource of the API: one row of the table of kinds. */
export interface Resource {
  /** `plural.group`, or `plural` for the core group: the key of the store. */
  readonly id: string;
  readonly group: string;
  /** Served versions, the preferred one first; objects are stored as written and read at any of them. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly status: boolean;
  readonly scale?: ScalePaths;
  readonly generation: boolean;
  readonly custom: boolean;
  readonly schema: Schema;
  readonly skeleton: JsonObject;
  /** For a custom resource: the version of the store when it came to be. */
  readonly since?: number;
  readonly columns?: readonly Column[];
  /** The OpenAPI schema of a custom kind, for defaults and explain. */
  readonly openapi?: JsonObject;
}

const replicas: ScalePaths = { spec: ['spec', 'replicas'], status: ['status', 'replicas'] };

/** kind, plural, flags (n namespaced, s status, g generation, c scale, a in category all), short names. */
type Row = readonly [kind: string, plural: string, flags: string, ...short: string[]];

const table: Readonly<Record<string, readonly Row[]>> = {
  v1: [
    ['Namespace', 'namespaces', 's', 'ns'],
    ['Node', 'nodes', 's', 'no'],
    ['Pod', 'pods', 'nsga', 'po'],
    ['Service', 'services', 'nsa', 'svc'],
    ['ConfigMap', 'configmaps', 'n', 'cm'],
    ['Secret', 'secrets', 'n'],
    ['ServiceAccount', 'serviceaccounts', 'n', 'sa'],
    ['PersistentVolumeClaim', 'persistentvolumeclaims', 'ns', 'pvc'],
    ['PersistentVolume', 'persistentvolumes', 's', 'pv'],
    ['ReplicationController', 'replicationcontrollers', 'nsgca', 'rc'],
    ['Endpoints', 'endpoints', 'n', 'ep'],
    ['Event', 'events', 'n', 'ev'],
    ['LimitRange', 'limitranges', 'n', 'limits'],
    ['ResourceQuota', 'resourcequotas', 'ns', 'quota'],
    ['PodTemplate', 'podtemplates', 'ng'],
  ],
  'apps/v1': [
    ['Deployment', 'deployments', 'nsgca', 'deploy'],
    ['ReplicaSet', 'replicasets', 'nsgca', 'rs'],
    ['StatefulSet', 'statefulsets', 'nsgca', 'sts'],
    ['DaemonSet', 'daemonsets', 'nsga', 'ds'],
    ['ControllerRevision', 'controllerrevisions', 'n'],
  ],
  'batch/v1': [
    ['Job', 'jobs', 'nsga'],
    ['CronJob', 'cronjobs', 'nsga', 'cj'],
  ],
  'networking.k8s.io/v1': [
    ['Ingress', 'ingresses', 'nsg', 'ing'],
    ['IngressClass', 'ingressclasses', 'g'],
    ['NetworkPolicy', 'networkpolicies', 'ng', 'netpol'],
  ],
  'discovery.k8s.io/v1': [['EndpointSlice', 'endpointslices', 'ng']],
  'rbac.authorization.k8s.io/v1': [
    ['Role', 'roles', 'n'],
    ['RoleBinding', 'rolebindings', 'n'],
    ['ClusterRole', 'clusterroles', ''],
    ['ClusterRoleBinding', 'clusterrolebindings', ''],
  ],
  'coordination.k8s.io/v1': [['Lease', 'leases', 'n']],
  'policy/v1': [['PodDisruptionBudget', 'poddisruptionbudgets', 'nsg', 'pdb']],
  'autoscaling/v2': [['HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'nsa', 'hpa']],
  'storage.k8s.io/v1': [
    ['StorageClass', 'storageclasses', '', 'sc'],
    ['CSIDriver', 'csidrivers', ''],
  ],
  'scheduling.k8s.io/v1': [['PriorityClass', 'priorityclasses', 'g', 'pc']],
  'admissionregistration.k8s.io/v1': [
    ['ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', 'g'],
    ['MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', 'g'],
    ['ValidatingAdmissionPolicy', 'validatingadmissionpolicies', 'sg'],
    ['ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', 'g'],
  ],
  'apiextensions.k8s.io/v1': [['CustomResourceDefinition', 'customresourcedefinitions', 'sg', 'crd', 'crds']],
};

/** Every built-in resource. */
export const builtIn: readonly Resource[] = Object.entries(table).flatMap(([groupVersion, rows]) =>
  rows.map((row) => resourceOf(groupVersion, row)),
);

/** The store key of a resource. */
export function resourceId(group: string, plural: string): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function resourceOf(groupVersion: string, [kind, plural, flags, ...shortNames]: Row): Resource {
  const [group = '', version = ''] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion];
  return {
    id: resourceId(group, plural),
    group,
    versions: [version],
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    shortNames,
    categories: flags.includes('a') ? ['all'] : kind === 'CustomResourceDefinition' ? ['api-extensions'] : [],
    namespaced: flags.includes('n'),
    status: flags.includes('s'),
    ...(flags.includes('c') ? { scale: replicas } : {}),
    generation: flags.includes('g'),
    custom: false,
    schema: builtInSchema(kind),
    skeleton: skeletonOf(kind),
  };
}
