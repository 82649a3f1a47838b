import { plain, untyped } from '../apply/schema.ts';
import type { Schema } from '../apply/schema.ts';

// What the built-in kinds say of their lists and maps (x-kubernetes-list-type, -list-map-keys, -map-type of Kubernetes 1.36).

const atomic: Schema = { atomic: true };
const set: Schema = { list: 'set' };

function fields(entries: Readonly<Record<string, Schema>>): Schema {
  return { fields: entries };
}

function keyed(keys: string | readonly string[], items: Schema = plain, more: Schema = {}): Schema {
  return { list: 'map', keys: typeof keys === 'string' ? [keys] : keys, items, ...more };
}

const conditions = fields({ conditions: keyed('type') });
const tcp = { protocol: 'TCP' };

const metadata = fields({ finalizers: set, ownerReferences: keyed('uid', atomic) });

const env = keyed(
  'name',
  fields({
    valueFrom: fields({ fieldRef: atomic, resourceFieldRef: atomic, configMapKeyRef: atomic, secretKeyRef: atomic }),
  }),
);

const container = fields({
  ports: keyed(['containerPort', 'protocol'], plain, { keyDefaults: tcp, patchKey: 'containerPort' }),
  env,
  volumeMounts: keyed('mountPath'),
  volumeDevices: keyed('devicePath'),
  resources: fields({ claims: keyed('name') }),
});

const podSpec = fields({
  containers: keyed('name', container),
  initContainers: keyed('name', container),
  ephemeralContainers: keyed('name', container),
  volumes: keyed('name'),
  imagePullSecrets: keyed('name', atomic),
  hostAliases: keyed('ip'),
  schedulingGates: keyed('name'),
  resourceClaims: keyed('name'),
  nodeSelector: atomic,
  topologySpreadConstraints: keyed(['topologyKey', 'whenUnsatisfiable'], fields({ labelSelector: atomic }), {
    patchKey: 'topologyKey',
  }),
  affinity: fields({ nodeAffinity: fields({ requiredDuringSchedulingIgnoredDuringExecution: atomic }) }),
});

const template = fields({ metadata, spec: podSpec });
const workload = fields({ selector: atomic, template });

const specs: Readonly<Record<string, Schema>> = {
  Pod: podSpec,
  ReplicationController: workload,
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Job: workload,
  CronJob: fields({ jobTemplate: fields({ metadata, spec: workload }) }),
  Service: fields({
    ports: keyed(['port', 'protocol'], plain, { keyDefaults: tcp, patchKey: 'port' }),
    selector: atomic,
  }),
  Ingress: fields({ defaultBackend: fields({ resource: atomic }) }),
  NetworkPolicy: fields({ podSelector: atomic }),
  PodDisruptionBudget: fields({ selector: atomic }),
  PersistentVolumeClaim: fields({ selector: atomic, dataSource: atomic }),
  PersistentVolume: fields({ nodeAffinity: fields({ required: atomic }) }),
  Node: fields({ podCIDRs: set }),
  ValidatingAdmissionPolicy: fields({
    matchConditions: keyed('name'),
    variables: keyed('name'),
    matchConstraints: fields({ namespaceSelector: atomic, objectSelector: atomic }),
  }),
};

const webhooks = fields({
  webhooks: keyed(
    'name',
    fields({ matchConditions: keyed('name'), namespaceSelector: atomic, objectSelector: atomic }),
  ),
});

const others: Readonly<Record<string, Schema>> = {
  RoleBinding: fields({ roleRef: atomic }),
  ClusterRoleBinding: fields({ roleRef: atomic }),
  ServiceAccount: fields({ secrets: keyed('name') }),
  PodTemplate: fields({ template }),
  ValidatingWebhookConfiguration: webhooks,
  MutatingWebhookConfiguration: webhooks,
  Event: fields({ involvedObject: plain }),
};

const statuses: Readonly<Record<string, Schema>> = {
  Job: plain,
  Node: fields({ conditions: keyed('type'), addresses: keyed('type') }),
  Pod: fields({ conditions: keyed('type'), podIPs: keyed('ip') }),
};

/** The schema of a built-in kind. */
export function builtInSchema(kind: string): Schema {
  const spec = specs[kind] ?? plain;
  return fields({ metadata, spec, status: statuses[kind] ?? conditions, ...others[kind]?.fields });
}

/** The schema of a custom kind without one of its own. */
export const customSchema: Schema = fields({ metadata, spec: untyped, status: untyped });

/** The schema of metadata, the same for every kind. */
export const metadataSchema: Schema = metadata;

/** Parts that the API server's own types always have, so that making an object does not claim them as fields. */
export function skeletonOf(kind: string): { readonly [key: string]: object } {
  if (specs[kind] === undefined) return { metadata: {} };
  const base = { metadata: {}, spec: {}, status: {} };
  if (kind === 'CronJob') {
    const jobTemplate = { metadata: {}, spec: { template: { metadata: {}, spec: {} } } };
    return { ...base, spec: { jobTemplate } };
  }
  if (specs[kind] !== workload) return base;
  return { ...base, spec: { strategy: {}, updateStrategy: {}, template: { metadata: {}, spec: {} } } };
}
