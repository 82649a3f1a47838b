import { SluiceError, isSluiceError } from '../../shared/errors.ts';
import { fieldManager } from '../../shared/model/names.ts';
import type { KubeObject, ManagedFieldsEntry, ObjectMeta } from '../../shared/model/object.ts';
import type { ApplyOptions, DeleteOptions, KubeKey, KubeMeta, KubeResource } from '../model/kube.ts';
import { apiVersionOf, collectionPath, keyOf, objectPath } from './paths.ts';
import { asObject, getMeta, partialObject } from './read.ts';
import type { Session } from './session.ts';
import { causesOf } from './status.ts';

/** Server-side apply of exactly the given object, in the resource's version. Answers it whole, as admission left it. */
export async function applyObject(
  session: Session,
  resource: KubeResource,
  object: KubeObject,
  { force, dryRun = false, signal }: ApplyOptions,
): Promise<KubeMeta> {
  const query = { fieldManager, fieldValidation: 'Strict', force, dryRun: dryRun ? 'All' : undefined };
  const path = objectPath(keyOf(resource, object), query);
  const answer = await session.json({
    method: 'PATCH',
    path,
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify({ ...object, apiVersion: apiVersionOf(resource) }),
    signal,
  });
  return asObject(resource, answer, `PATCH ${path}`);
}

/** Creates: no object has the resourceVersion 1, so the server refuses when there is one. Throws OBJECT_EXISTS then. */
export async function createObject(
  session: Session,
  resource: KubeResource,
  object: KubeObject,
  options: ApplyOptions,
): Promise<KubeMeta> {
  try {
    return await applyObject(session, resource, withMeta(object, { resourceVersion: '1' }), options);
  } catch (error) {
    if (!isSluiceError(error, 'CONFLICT', 'FIELD_CONFLICT')) throw error;
    throw recoded('OBJECT_EXISTS', error);
  }
}

/** Updates the object that has this uid, and no other. Throws OBJECT_REPLACED when it is gone or its name means another one now. */
export async function updateObject(
  session: Session,
  resource: KubeResource,
  object: KubeObject,
  { uid, ...options }: ApplyOptions & { readonly uid: string },
): Promise<KubeMeta> {
  try {
    return await applyObject(session, resource, withMeta(object, { uid }), options);
  } catch (error) {
    if (isSluiceError(error, 'OBJECT_REJECTED') && causesOf(error).some(({ field }) => field === 'metadata.uid')) {
      throw recoded('OBJECT_REPLACED', error);
    }
    if (!isSluiceError(error, 'CONFLICT')) throw error;
    const now = await uidOf(session, keyOf(resource, object), options.signal);
    throw now === uid ? error : recoded('OBJECT_REPLACED', error);
  }
}

/** Replaces the managedFields of the object that `meta` was read of; the uid and the version in it are preconditions. */
export async function setManagedFields(
  session: Session,
  key: KubeKey,
  { metadata }: KubeMeta,
  { entries, signal }: { readonly entries: readonly ManagedFieldsEntry[]; readonly signal: AbortSignal },
): Promise<void> {
  const set = (field: string, value: unknown) => ({ op: 'replace', path: `/metadata/${field}`, value });
  const { uid, resourceVersion } = metadata;
  const patch = [set('uid', uid), set('resourceVersion', resourceVersion), set('managedFields', entries)];
  await session.json({
    method: 'PATCH',
    path: objectPath(key, { fieldManager }),
    accept: partialObject,
    contentType: 'application/json-patch+json',
    body: JSON.stringify(patch),
    signal,
  });
}

/** Deletes with preconditions; false when the object was gone already, OBJECT_REPLACED when its name means another one now. */
export async function deleteObject(session: Session, key: KubeKey, options: DeleteOptions): Promise<boolean> {
  const { uid, resourceVersion, propagation, signal } = options;
  const preconditions = { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions,
    propagationPolicy: propagation,
  });
  try {
    await session.answer({ method: 'DELETE', path: objectPath(key), contentType: 'application/json', body, signal });
    return true;
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return false;
    if (!isSluiceError(error, 'CONFLICT')) throw error;
    const now = await uidOf(session, key, signal);
    if (now === undefined) return false;
    throw now === uid ? error : recoded('OBJECT_REPLACED', error);
  }
}

/** POST of a whole object: OBJECT_EXISTS when its name is taken. */
export async function postObject(
  session: Session,
  resource: KubeResource,
  object: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject> {
  const path = collectionPath(resource, object.metadata.namespace, { fieldManager, fieldValidation: 'Strict' });
  return await sendWhole(session, resource, { method: 'POST', path, object, signal });
}

/** PUT of a whole object: CONFLICT when its resourceVersion is not the current one. */
export async function putObject(
  session: Session,
  resource: KubeResource,
  object: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject> {
  const path = objectPath(keyOf(resource, object), { fieldManager, fieldValidation: 'Strict' });
  return await sendWhole(session, resource, { method: 'PUT', path, object, signal });
}

/** Sets the replicas through the scale subresource of exactly the recorded object. */
export async function scaleObject(
  session: Session,
  key: KubeKey,
  replicas: number,
  options: { readonly uid: string; readonly resourceVersion?: string; readonly signal: AbortSignal },
): Promise<void> {
  const { uid, signal } = options;
  const resourceVersion = options.resourceVersion ?? (await versionToScale(session, key, uid, signal));
  const metadata = { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  try {
    await session.answer({
      method: 'PATCH',
      path: objectPath(key, { fieldManager }, 'scale'),
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({ metadata, spec: { replicas } }),
      signal,
    });
  } catch (error) {
    if (!isSluiceError(error, 'CONFLICT', 'NOT_FOUND', 'OBJECT_REJECTED')) throw error;
    const now = await uidOf(session, key, signal);
    throw now === uid ? error : recoded('OBJECT_REPLACED', error);
  }
}

/** Only the built-in workloads compare the uid of a Scale; of a custom resource it is ignored, so its version must stand for it. */
async function versionToScale(
  session: Session,
  key: KubeKey,
  uid: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (key.resource.group === 'apps' || key.resource.group === '') return undefined;
  const { metadata } = await getMeta(session, key, signal);
  if (metadata.uid === uid) return metadata.resourceVersion;
  throw new SluiceError('OBJECT_REPLACED', 'the object to scale is another one now', { subject: objectPath(key) });
}

/** The uid that a name has now. The server's conflict does not say which precondition failed, in anything but words. */
async function uidOf(session: Session, key: KubeKey, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await getMeta(session, key, signal)).metadata.uid;
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

async function sendWhole(
  session: Session,
  resource: KubeResource,
  { method, path, object, signal }: { method: 'POST' | 'PUT'; path: string; object: KubeObject; signal: AbortSignal },
): Promise<KubeObject> {
  const body = JSON.stringify({ ...object, apiVersion: apiVersionOf(resource) });
  const answer = await session.json({ method, path, contentType: 'application/json', body, signal });
  return asObject(resource, answer, `${method} ${path}`);
}

function withMeta(object: KubeObject, extra: Partial<ObjectMeta>): KubeObject {
  return { ...object, metadata: { ...object.metadata, ...extra } };
}

function recoded(code: 'OBJECT_EXISTS' | 'OBJECT_REPLACED', error: SluiceError): SluiceError {
  return new SluiceError(code, error.message, error.data, error);
}
