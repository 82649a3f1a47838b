import { isUtf8 } from 'node:buffer';
import { SluiceError } from '../../../shared/errors.ts';
import { digestOf, type Digest } from '../../../shared/lib/canonical.ts';
import { groupOf, parseObjectId, type KubeObject } from '../../../shared/model/object.ts';
import { fileBytes } from '../../../shared/model/limits.ts';
import { objectPath } from '../../../shared/wire/layout.ts';
import type { AppContent, BundleApp, BundleObject } from '../../../shared/wire/revision.ts';

/** The bytes of an object file that has the digest that the signed envelope names, and is text. */
export function checkedBytes(object: BundleObject, bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength > fileBytes) {
    throw new SluiceError('LIMIT_EXCEEDED', 'an object is too large', { subject: object.id });
  }
  if (digestOf(bytes) !== object.digest)
    throw mismatch('the object has another digest than its envelope says', object.id);
  if (!isUtf8(bytes)) throw new SluiceError('WIRE_INVALID', 'the object is not UTF-8', { subject: object.id });
  return bytes;
}

/**
 * Ids and paths of an application's objects: each id and path once in the bundle, each path the one that its id has. Of an
 * application that `isKnown` from a bundle that was checked, only that they are not another's too.
 */
export function checkNames(
  app: BundleApp,
  seen: { readonly ids: Set<string>; readonly paths: Set<string> },
  isKnown: boolean,
): void {
  for (const { id, path } of app.objects) {
    if (seen.ids.has(id) || seen.paths.has(path)) throw invalid('the bundle names an object twice', id);
    if (!isKnown && path !== objectPath(app, parseObjectId(id)))
      throw invalid('an object is not at the path of its id', id);
    seen.ids.add(id);
    seen.paths.add(path);
  }
}

/** An object has the size that its application states, where it states one. */
export function checkSize(object: BundleObject, bytes: number): void {
  if (object.bytes !== undefined && object.bytes !== bytes)
    throw mismatch('the object has another size than its application states', object.id);
}

/** The object of a file: a Kubernetes object that is what its id says. */
export function checkedObject(id: string, text: string): KubeObject {
  const object = parse(id, text);
  const ref = parseObjectId(id);
  const { metadata } = object;
  const same =
    groupOf(object.apiVersion) === ref.group &&
    object.kind === ref.kind &&
    metadata.name === ref.name &&
    (metadata.namespace ?? '') === ref.namespace;
  if (!same) throw invalid('an object is not what its id says', id);
  return object;
}

/** Every pointer of an application stands in its object: its parent exists, and what it names is a number or not there yet. */
export function checkPointers(
  app: Pick<AppContent, 'replicas' | 'traffic'>,
  objectOf: (id: string) => KubeObject,
): void {
  for (const { id, pointer } of app.replicas) checkPointer(id, objectOf(id), pointer);
  for (const { id, targets } of app.traffic) {
    for (const { pointer } of targets) if (pointer !== undefined) checkPointer(id, objectOf(id), pointer);
  }
}

/** Replicas, traffic and revisions speak of objects of their own application alone. */
export function checkReferences(app: Pick<AppContent, 'objects' | 'replicas' | 'traffic' | 'revisions'>): void {
  const own = new Set<string>(app.objects.map(({ id }) => id));
  const named = [
    ...app.replicas.map(({ id }) => id),
    ...app.traffic.map(({ id }) => id),
    ...app.revisions.flatMap(({ objects }) => objects),
  ];
  const stray = named.find((id) => !own.has(id));
  if (stray !== undefined) throw invalid('an application speaks of an object that it does not have', stray);
}

function checkPointer(id: string, object: KubeObject, pointer: string): void {
  const keys = pointer.slice(1).split('/').map(unescaped);
  const last = keys.pop() ?? '';
  const parent = keys.reduce<unknown>(member, object);
  if (parent === null || typeof parent !== 'object') throw invalid('a pointer leads nowhere in its object', id);
  const value = member(parent, last);
  const fits = Array.isArray(parent) ? typeof value === 'number' : value === undefined || typeof value === 'number';
  if (!fits) throw invalid('a pointer does not name a number', id);
}

function member(value: unknown, key: string): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

function parse(id: string, text: string): KubeObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SluiceError('WIRE_INVALID', 'the object is not JSON', { subject: id }, cause);
  }
  const metadata = member(value, 'metadata');
  const names = [member(value, 'apiVersion'), member(value, 'kind'), member(metadata, 'name')];
  const namespace = member(metadata, 'namespace');
  const shaped = names.every((name) => typeof name === 'string' && name !== '') && !Array.isArray(value);
  if (!shaped || !(namespace === undefined || typeof namespace === 'string')) {
    throw invalid('the file is not a Kubernetes object', id);
  }
  return value as KubeObject;
}

/** The pair of an object's identity and content: what a bundle before this one already proved. */
export function proofKey(object: { readonly id: string; readonly digest: Digest }): string {
  return `${object.digest} ${object.id}`;
}

function mismatch(message: string, subject: string): SluiceError {
  return new SluiceError('DIGEST_MISMATCH', message, { subject });
}

function invalid(message: string, subject: string): SluiceError {
  return new SluiceError('WIRE_INVALID', message, { subject });
}
