import { groupKindOf, type KubeObject, type ObjectId } from '../../shared/model/object.ts';

/** A field that a change sets, removes or replaces. */
export interface FieldChange {
  /** `spec.template.spec.containers[0].image` */
  readonly path: string;
  /** As JSON, cut; null = it is not there. */
  readonly from: string | null;
  readonly to: string | null;
}

/** Texts of values that are longer lose their end. */
const shownCharacters = 40;

/** The fields in which two objects differ, those that a person wrote before labels and annotations. Values of Secrets are not told. */
export function fieldChanges(before: KubeObject, after: KubeObject): FieldChange[] {
  const isSecret = after.kind === 'Secret';
  const found = [...differences('', before, after)].map(([path, from, to]): FieldChange => ({
    path,
    from: textOf(from, isSecret),
    to: textOf(to, isSecret),
  }));
  const isMeta = ({ path }: FieldChange) => path.startsWith('metadata.') || path.includes('.metadata.');
  return [...found.filter((one) => !isMeta(one)), ...found.filter(isMeta)];
}

type Difference = readonly [path: string, from: unknown, to: unknown];

function* differences(path: string, from: unknown, to: unknown): Generator<Difference> {
  if (isTree(from) && isTree(to) && Array.isArray(from) === Array.isArray(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
      yield* differences(stepTo(path, key, Array.isArray(from)), from[key], to[key]);
    }
  } else if (JSON.stringify(from) !== JSON.stringify(to)) yield [path, from, to];
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object';
}

function stepTo(path: string, key: string, isIndex: boolean): string {
  if (isIndex) return `${path}[${key}]`;
  const word = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : JSON.stringify(key);
  return path === '' ? word : `${path}.${word}`;
}

function textOf(value: unknown, isSecret: boolean): string | null {
  if (value === undefined) return null;
  if (isSecret) return '[value]';
  const text = JSON.stringify(value);
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters - 1)}\u2026` : text;
}

const anywhere = /^/;
const selector = /^spec\.selector\b/;

/** Fields that an API server refuses to change once the object is there, by kind. */
const immutable: Readonly<Record<string, RegExp>> = {
  'apps/Deployment': selector,
  'apps/DaemonSet': selector,
  'apps/ReplicaSet': selector,
  'apps/StatefulSet': /^spec\.(?:selector|serviceName|podManagementPolicy|volumeClaimTemplates)\b/,
  'batch/Job': /^spec\.(?:selector|template|completionMode|podFailurePolicy)\b/,
  '/PersistentVolumeClaim': /^spec\.(?:accessModes|selector|storageClassName|volumeMode|volumeName|dataSource)\b/,
  '/Secret': /^type$/,
  'rbac.authorization.k8s.io/RoleBinding': /^roleRef\b/,
  'rbac.authorization.k8s.io/ClusterRoleBinding': /^roleRef\b/,
  'storage.k8s.io/StorageClass': /^(?:provisioner|parameters|reclaimPolicy|volumeBindingMode)\b/,
  'networking.k8s.io/IngressClass': /^spec\.controller$/,
  'scheduling.k8s.io/PriorityClass': /^(?:value|preemptionPolicy)$/,
};

/** Kinds whose whole content stays as it is once they say `immutable: true`. */
const mayBeSealed: ReadonlySet<string> = new Set(['/ConfigMap', '/Secret']);

/** The first changed field that the API server refuses to change; null = there is none. */
export function refusedField(id: ObjectId, before: KubeObject, fields: readonly FieldChange[]): string | null {
  const kind = groupKindOf(id);
  const isSealed = mayBeSealed.has(kind) && before['immutable'] === true;
  const pattern = isSealed ? anywhere : immutable[kind];
  const isRefused = ({ path }: FieldChange) => pattern?.test(path) === true && !path.startsWith('metadata.');
  return fields.find(isRefused)?.path ?? null;
}

const restarting: ReadonlySet<string> = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet']);

/** True where pods are replaced: the template of a workload changes. */
export function restartsPods(id: ObjectId, fields: readonly FieldChange[]): boolean {
  return restarting.has(groupKindOf(id)) && fields.some(({ path }) => path.startsWith('spec.template.'));
}
