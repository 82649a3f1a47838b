import { at, equal, objectAt, objectsAt, textAt } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';
import { wrong } from './causes.ts';
import type { Cause } from './errors.ts';
import type { Resource } from './kinds.ts';

/** Everything in a change of an object that is not allowed once it exists. */
export function changeProblems(resource: Resource, object: KubeObject, before: KubeObject): readonly Cause[] {
  if (resource.custom) return [];
  const fields = (immutable[object.kind] ?? []).filter(
    (field) => !equal(at(object, ...field.split('.')), at(before, ...field.split('.'))),
  );
  return [
    ...fields.map((field) => wrong(field, at(object, ...field.split('.')) ?? null, 'field is immutable')),
    ...specialChanges(object, before),
  ];
}

/** Fields that may not change once an object exists. */
const immutable: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec.selector'],
  ReplicaSet: ['spec.selector'],
  DaemonSet: ['spec.selector'],
  Job: ['spec.selector', 'spec.template', 'spec.completionMode'],
  RoleBinding: ['roleRef'],
  ClusterRoleBinding: ['roleRef'],
  Secret: ['type'],
  StorageClass: ['provisioner', 'parameters'],
};

const statefulSetFree = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
const podFree = [
  'activeDeadlineSeconds',
  'tolerations',
  'terminationGracePeriodSeconds',
  'nodeName',
  'schedulingGates',
];

function specialChanges(object: KubeObject, before: KubeObject): readonly Cause[] {
  switch (object.kind) {
    case 'ConfigMap':
    case 'Secret':
      return frozenChanges(object, before);
    case 'StatefulSet':
      return specChanges(object, before, statefulSetFree)
        ? [
            {
              reason: 'FieldValueForbidden',
              field: 'spec',
              message: `Forbidden: updates to statefulset spec for fields other than ${statefulSetFree.map((field) => `'${field}'`).join(', ')} are forbidden`,
            },
          ]
        : [];
    case 'Pod':
      return specChanges(podWithoutImages(object), podWithoutImages(before), podFree)
        ? [
            {
              reason: 'FieldValueForbidden',
              field: 'spec',
              message:
                'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
            },
          ]
        : [];
    case 'Service':
      return clusterIpChanges(object, before);
    default:
      return [];
  }
}

function frozenChanges(object: KubeObject, before: KubeObject): readonly Cause[] {
  if (before['immutable'] !== true) return [];
  const fields = ['immutable', 'data', 'binaryData'].filter((field) => !equal(object[field], before[field]));
  return fields.map((field) => ({
    reason: 'FieldValueForbidden',
    field,
    message: 'Forbidden: field is immutable when `immutable` is set',
  }));
}

function specChanges(object: JsonObject, before: JsonObject, free: readonly string[]): boolean {
  const rest = (value: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(objectAt(value, 'spec')).filter(([key]) => !free.includes(key)));
  return !equal(rest(object), rest(before));
}

function podWithoutImages(pod: JsonObject): JsonObject {
  const strip = (field: string): readonly Json[] =>
    objectsAt(pod, 'spec', field).map((item) => ({ ...item, image: '' }));
  return {
    ...pod,
    spec: { ...objectAt(pod, 'spec'), containers: strip('containers'), initContainers: strip('initContainers') },
  };
}

function clusterIpChanges(object: KubeObject, before: KubeObject): readonly Cause[] {
  const old = textAt(before, 'spec', 'clusterIP');
  const next = textAt(object, 'spec', 'clusterIP');
  const external =
    textAt(object, 'spec', 'type') === 'ExternalName' || textAt(before, 'spec', 'type') === 'ExternalName';
  if (external || old === '' || old === next) return [];
  return [wrong('spec.clusterIPs[0]', [next], 'may not change once set')];
}
