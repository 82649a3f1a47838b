import { SluiceError } from '../errors.ts';

/** A Kubernetes object as JSON: loose, because kinds are open. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** The metadata that Sluice reads or writes; everything else is kept. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  ownerReferences?: Record<string, unknown>[];
  managedFields?: ManagedFieldsEntry[];
  [field: string]: unknown;
}

/** One entry of metadata.managedFields. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: unknown;
  subresource?: string;
}

/** Identity of an object without version: `group/kind/namespace/name`; the core group and a missing namespace are empty. */
export type ObjectId = string;

export interface ObjectRef {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The identity of a reference, four parts joined with `/` (`apps/Deployment/default/web`, `/Service/default/web`). */
export function objectId(ref: ObjectRef): ObjectId {
  return `${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** The reference that an identity stands for; throws WIRE_INVALID for anything but four parts with a kind and a name. */
export function parseObjectId(id: ObjectId): ObjectRef {
  const [first, second] = [id.indexOf('/'), id.indexOf('/', id.indexOf('/') + 1)];
  const third = id.indexOf('/', second + 1);
  const isWhole = first >= 0 && second > first + 1 && third > second && third < id.length - 1;
  if (!isWhole || id.includes('/', third + 1)) {
    throw new SluiceError('WIRE_INVALID', 'not an object id', { subject: id });
  }
  return {
    group: id.slice(0, first),
    kind: id.slice(first + 1, second),
    namespace: id.slice(second + 1, third),
    name: id.slice(third + 1),
  };
}

/** `group/kind` of a kind, without version: how kinds are named in tables (`apps/Deployment`, `/Service`). */
export type GroupKind = string;

/** The name in tables of a kind. */
export function groupKind(group: string, kind: string): GroupKind {
  return `${group}/${kind}`;
}

/** The group and kind of an object's identity. */
export function groupKindOf(id: ObjectId): GroupKind {
  // Asked several times for every object in every pass: cut, not parsed. Kinds have no slash, groups neither.
  const end = id.indexOf('/', id.indexOf('/') + 1);
  if (end >= 0) return id.slice(0, end);
  const { group, kind } = parseObjectId(id);
  return groupKind(group, kind);
}

/** The reference of an object. */
export function refOf(object: KubeObject): ObjectRef {
  return {
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

/** The identity of an object. */
export function idOf(object: KubeObject): ObjectId {
  return objectId(refOf(object));
}

/** The API group of an apiVersion; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** True for a Secret, in whatever version: objects are found by group and kind. */
export function isSecret({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return kind === 'Secret' && groupOf(apiVersion) === '';
}

/** The version part of an apiVersion. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}
