import { at, isList, isObject, listAt, numberAt, objectAt, objectsAt, textAt, withAt, without } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';

/** An object with the defaults that the API server gives its kind; members that are null count as missing. */
export function withDefaults(object: KubeObject): KubeObject {
  const complete = byKind[object.kind];
  return complete === undefined ? object : (complete(object) as KubeObject);
}

/** A custom object with the defaults of its OpenAPI schema. */
export function withSchemaDefaults(value: Json, schema: JsonObject): Json {
  if (isList(value)) return value.map((item) => withSchemaDefaults(item, objectAt(schema, 'items')));
  if (!isObject(value)) return value;
  const completed: Record<string, Json | undefined> = { ...value };
  for (const [key, property] of Object.entries(objectAt(schema, 'properties'))) {
    const given = completed[key] ?? at(property, 'default');
    if (given !== undefined && isObject(property)) completed[key] = withSchemaDefaults(given, property);
  }
  return completed;
}

type Complete = (object: JsonObject) => JsonObject;

const byKind: Readonly<Record<string, Complete>> = {
  Deployment: spec((value) => ({
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...value,
    strategy: rollingDefaults(objectAt(value, 'strategy'), { maxSurge: '25%', maxUnavailable: '25%' }),
    template: podTemplate(value['template']),
  })),
  ReplicaSet: spec((value) => ({ replicas: 1, ...value, template: podTemplate(value['template']) })),
  ReplicationController: spec((value) => ({ replicas: 1, ...value, template: podTemplate(value['template']) })),
  StatefulSet: spec((value) => ({
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    ...value,
    updateStrategy: rollingDefaults(objectAt(value, 'updateStrategy'), { partition: 0 }),
    template: podTemplate(value['template']),
  })),
  DaemonSet: spec((value) => ({
    revisionHistoryLimit: 10,
    ...value,
    updateStrategy: rollingDefaults(objectAt(value, 'updateStrategy'), { maxSurge: 0, maxUnavailable: 1 }),
    template: podTemplate(value['template']),
  })),
  Job: spec(job),
  CronJob: spec((value) => ({
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    ...value,
    jobTemplate: {
      ...objectAt(value, 'jobTemplate'),
      spec: {
        ...objectAt(value, 'jobTemplate', 'spec'),
        template: podTemplate(at(value, 'jobTemplate', 'spec', 'template')),
      },
    },
  })),
  Pod: spec((value) => ({ enableServiceLinks: true, ...podSpec(value) })),
  Service: spec(service),
  Secret: secret,
  PersistentVolumeClaim: spec((value) => ({ volumeMode: 'Filesystem', ...value })),
  HorizontalPodAutoscaler: spec((value) => ({ minReplicas: 1, ...value })),
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  CustomResourceDefinition: spec(definition),
};

function spec(complete: Complete): Complete {
  return (object) => (isObject(object['spec']) ? { ...object, spec: complete(object['spec']) } : object);
}

function rollingDefaults(strategy: JsonObject, rolling: JsonObject): JsonObject {
  const type = strategy['type'] ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') return { ...strategy, type };
  return { ...strategy, type, rollingUpdate: { ...rolling, ...objectAt(strategy, 'rollingUpdate') } };
}

function podTemplate(template: Json | undefined): Json {
  if (!isObject(template)) return template ?? {};
  return isObject(template['spec']) ? { ...template, spec: podSpec(template['spec']) } : template;
}

function podSpec(value: JsonObject): JsonObject {
  const containers = (name: string): JsonObject =>
    isList(value[name]) ? { [name]: value[name].map((item) => (isObject(item) ? container(item) : item)) } : {};
  const account = value['serviceAccountName'] ?? value['serviceAccount'];
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...value,
    ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
    ...containers('containers'),
    ...containers('initContainers'),
  };
}

function container(value: JsonObject): JsonObject {
  const image = textAt(value, 'image');
  const latest = !image.includes('@') && /^[^:]*$|:latest$/.test(image.slice(image.lastIndexOf('/') + 1));
  const ports = objectsAt(value, 'ports').map((port) => ({ protocol: 'TCP', ...port }));
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((name) => {
    const probe = value[name];
    return isObject(probe) ? [[name, probeDefaults(probe)] as const] : [];
  });
  const env = objectsAt(value, 'env').map((item) =>
    isObject(at(item, 'valueFrom', 'fieldRef')) && at(item, 'valueFrom', 'fieldRef', 'apiVersion') === undefined
      ? withAt(item, ['valueFrom', 'fieldRef', 'apiVersion'], 'v1')
      : item,
  );
  return {
    imagePullPolicy: latest ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
    ...value,
    ...(ports.length > 0 ? { ports } : {}),
    ...(env.length > 0 ? { env } : {}),
    ...Object.fromEntries(probes),
  };
}

function probeDefaults(probe: JsonObject): JsonObject {
  const http = probe['httpGet'];
  const times = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  return { ...times, ...probe, ...(isObject(http) ? { httpGet: { path: '/', scheme: 'HTTP', ...http } } : {}) };
}

function job(value: JsonObject): JsonObject {
  const base = { parallelism: 1, completions: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false };
  return {
    ...base,
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
    ...value,
    template: podTemplate(value['template']),
  };
}

function service(value: JsonObject): JsonObject {
  const type = textAt(value, 'type') || 'ClusterIP';
  const ports = objectsAt(value, 'ports').map((port) => ({ protocol: 'TCP', targetPort: port['port'], ...port }));
  const head = { sessionAffinity: 'None', type, ...value, ...(ports.length > 0 ? { ports } : {}) };
  if (type === 'ExternalName') return head;
  const external = type === 'ClusterIP' ? {} : { externalTrafficPolicy: 'Cluster' };
  return {
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
    ...external,
    ...head,
  };
}

/** `stringData` is written into `data`, in base64, and is not kept. */
function secret(object: JsonObject): JsonObject {
  const plain = Object.entries(objectAt(object, 'stringData'));
  const encoded = plain.map(([key, value]): [string, string] => [key, base64(value)]);
  const data: JsonObject = { ...objectAt(object, 'data'), ...Object.fromEntries(encoded) };
  return { type: 'Opaque', ...without(object, 'stringData'), ...(Object.keys(data).length > 0 ? { data } : {}) };
}

function base64(value: Json | undefined): string {
  return Buffer.from(typeof value === 'string' ? value : '').toString('base64');
}

function binding(object: JsonObject): JsonObject {
  const subjects = objectsAt(object, 'subjects').map((subject) =>
    subject['kind'] === 'ServiceAccount' ? subject : { apiGroup: 'rbac.authorization.k8s.io', ...subject },
  );
  return listAt(object, 'subjects').length > 0 ? { ...object, subjects } : object;
}

function definition(value: JsonObject): JsonObject {
  const kind = textAt(value, 'names', 'kind');
  const names = { singular: kind.toLowerCase(), listKind: `${kind}List`, ...objectAt(value, 'names') };
  return { conversion: { strategy: 'None' }, ...value, names };
}

/** The status that a new object of a built-in kind has. */
export function initialStatus(kind: string): JsonObject {
  return initial[kind] ?? {};
}

const initial: Readonly<Record<string, JsonObject>> = {
  DaemonSet: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  HorizontalPodAutoscaler: { desiredReplicas: 0, currentMetrics: null },
  Ingress: { loadBalancer: {} },
  Namespace: { phase: 'Active' },
  PersistentVolume: { phase: 'Pending' },
  PersistentVolumeClaim: { phase: 'Pending' },
  PodDisruptionBudget: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  Pod: { phase: 'Pending', qosClass: 'BestEffort' },
  ReplicaSet: { replicas: 0 },
  Service: { loadBalancer: {} },
  StatefulSet: { replicas: 0, availableReplicas: 0 },
};

/** The replicas that a workload asks for. */
export function replicasOf(object: JsonObject): number {
  return numberAt(object, ['spec', 'replicas'], 1);
}
