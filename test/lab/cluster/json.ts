import type { Json } from '../../../shared/lib/canonical.ts';

export type { Json };

/** A JSON object; values are never changed in place, so objects may share parts. */
export type JsonObject = { readonly [key: string]: Json | undefined };

/** One entry of metadata.managedFields as it is stored and sent. */
export interface ManagedEntry extends JsonObject {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsV1?: JsonObject;
  readonly subresource?: string;
}

/** A reference to an owner. */
export interface OwnerReference extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The metadata of an object; unknown members are kept. */
export interface Meta extends JsonObject {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedEntry[];
}

/** A Kubernetes object as it is stored. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Meta;
}

/** True for a JSON object: neither null nor a list. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a JSON list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value at a path of member names, or undefined. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value;
  for (const key of path) current = isObject(current) ? current[key] : undefined;
  return current;
}

/** The object at a path; empty when there is none. */
export function objectAt(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

/** The list at a path; empty when there is none. */
export function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = at(value, ...path);
  return isList(found) ? found : [];
}

/** The objects of the list at a path; other items are left out. */
export function objectsAt(value: Json | undefined, ...path: readonly string[]): readonly JsonObject[] {
  return listAt(value, ...path).filter(isObject);
}

/** The text at a path; empty when there is none. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The number at a path, or the fallback. */
export function numberAt(value: Json | undefined, path: readonly string[], fallback: number): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : fallback;
}

/** A copy with the value set at a path; undefined removes the member. Parts beside the path are shared. */
export function withAt(value: JsonObject, path: readonly string[], next: Json | undefined): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (rest.length > 0) return { ...value, [key]: withAt(objectAt(value, key), rest, next) };
  if (next !== undefined) return { ...value, [key]: next };
  return without(value, key);
}

/** A copy without some members. */
export function without(value: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** A copy of an object with changed metadata; members set to undefined are removed. */
export function withMeta(object: KubeObject, changes: JsonObject): KubeObject {
  const merged = { ...object.metadata, ...changes };
  const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  return { ...object, metadata: kept as unknown as Meta };
}

/** Deep equality; members that are undefined count as missing. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  return (
    Object.keys(a).every((key) => equal(a[key], b[key])) &&
    Object.keys(b).every((key) => b[key] === undefined || a[key] !== undefined)
  );
}
