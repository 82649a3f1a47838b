import { applyContent, updateManaged } from '../apply/managed.ts';
import type { Managed } from '../apply/managed.ts';
import { equal, objectAt, without, withMeta } from '../json.ts';
import type { JsonObject, KubeObject, ManagedEntry } from '../json.ts';
import { keyOf } from '../store/store.ts';
import { completed, continued, fresh } from './completion.ts';
import { changesIntent, throughDoor, typingOf } from './doors.ts';
import { alreadyExists, applyConflict, badRequest, conflict, invalid, notFound } from './errors.ts';
import { checkVersions, claimsOf, decoded, identified, requireDeclared } from './incoming.ts';
import { problemsOf } from './validate.ts';
import type { Call, World } from './world.ts';
import { kindSubject, readObject, requireNamespace, subjectOf, writerOf } from './world.ts';

/** Creates an object (POST). */
export function createObject(world: World, call: Call, body: JsonObject): KubeObject {
  const sent = decoded(call, identified(call, body, true));
  const named = { ...call, name: nameOf(world, call, sent) };
  if ((sent.metadata.resourceVersion ?? '') !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  requireNamespace(world, named);
  if (world.store.get(named.resource.id, keyOf(named.namespace, named.name)) !== undefined) {
    throw alreadyExists(subjectOf(named));
  }
  const complete = completed(named, sent);
  const entries = updateManaged(undefined, complete, doorOf(world, named));
  return commit(world, named, { next: fresh(world, named, complete), entries, live: undefined });
}

/** Changes a live object (PUT, PATCH); `change` answers the whole new object as the client wants it. */
export function updateObject(world: World, call: Call, change: (live: KubeObject) => JsonObject): KubeObject {
  const live = readObject(world, call);
  const sent = decoded(call, identified(call, change(live), false));
  checkVersions(call, sent, live);
  const door = throughDoor(call.resource, call.subresource, { live, next: completed(call, sent) });
  const next = continued(door, live);
  const entries = updateManaged({ content: live, entries: claimsOf(call, sent, live) }, next, doorOf(world, call));
  return commit(world, call, { next, entries, live });
}

/** Server-side apply (PATCH): creates or merges, and keeps account of who owns which field. */
export function applyObject(
  world: World,
  call: Call,
  { config, force }: { readonly config: JsonObject; readonly force: boolean },
): Outcome {
  const sent = identified(call, config, false);
  if (sent.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  requireDeclared(call, sent);
  const live = world.store.get(call.resource.id, keyOf(call.namespace, call.name));
  return live === undefined ? applyNew(world, call, sent) : applyOnto(world, call, { sent, force, live });
}

type Outcome = { readonly object: KubeObject; readonly created: boolean };

function applyNew(world: World, call: Call, sent: KubeObject): Outcome {
  if (call.subresource !== undefined) throw notFound(subjectOf(call));
  const { uid } = sent.metadata;
  if (uid !== undefined) {
    throw conflict(
      subjectOf(call),
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  }
  requireNamespace(world, call);
  const { content, entries } = merged(undefined, sent, { ...doorOf(world, call), force: true });
  const next = fresh(world, call, completed(call, composed(sent, content)));
  return { object: commit(world, call, { next, entries, live: undefined }), created: true };
}

function applyOnto(
  world: World,
  call: Call,
  { sent, force, live }: { readonly sent: KubeObject; readonly force: boolean; readonly live: KubeObject },
): Outcome {
  const base = { content: live, entries: live.metadata.managedFields ?? [] };
  const { content, entries } = merged(base, sent, { ...doorOf(world, call), force });
  checkVersions(call, sent, live);
  const wanted = completed(call, composed(sent, content));
  const next = continued(throughDoor(call.resource, call.subresource, { live, next: wanted }), live);
  return { object: commit(world, call, { next, entries, live }), created: false };
}

function merged(base: Managed | undefined, sent: KubeObject, door: Parameters<typeof applyContent>[2]): Managed {
  const applied = applyContent(base, sent, door);
  if ('conflicts' in applied) throw applyConflict(applied.conflicts);
  return applied;
}

function doorOf(world: World, call: Call): Pick<Parameters<typeof applyContent>[2], 'writer' | 'typing'> {
  return { writer: writerOf(world, call), typing: typingOf(call.resource, call.subresource) };
}

function nameOf(world: World, call: Call, sent: KubeObject): string {
  const { name, generateName } = sent.metadata;
  if (name !== '') return name;
  if (generateName !== undefined && generateName !== '') return generateName + world.suffix();
  const message = 'Required value: name or generateName is required';
  throw invalid(kindSubject(call), [{ reason: 'FieldValueRequired', field: 'metadata.name', message }]);
}

/** Stores what differs from the live object, and answers the object as it is then. */
function commit(
  world: World,
  call: Call,
  {
    next,
    entries,
    live,
  }: { readonly next: KubeObject; readonly entries: readonly ManagedEntry[]; readonly live: KubeObject | undefined },
): KubeObject {
  const problems = problemsOf(call.resource, next, live);
  if (problems.length > 0) throw invalid(kindSubject(call), problems);
  const managed = withMeta(next, { managedFields: entries.length > 0 ? entries : undefined });
  if (live !== undefined && equal(timeless(managed), timeless(live))) return live;
  const object = isRaised(call, managed, live)
    ? withMeta(managed, { generation: (live?.metadata.generation ?? 0) + 1 })
    : managed;
  if (call.dryRun === true) return object;
  if (!isReleased(call, object)) return world.store.put(call.resource.id, object);
  world.store.remove(call.resource.id, keyOf(call.namespace, call.name));
  return object;
}

/** True when the generation rises: the main resource was changed in its intent. */
function isRaised(call: Call, next: KubeObject, live: KubeObject | undefined): boolean {
  if (live === undefined || call.subresource === 'status' || !call.resource.generation) return false;
  return changesIntent(call.resource, live, next);
}

/** True when the last finalizer of a deleted object is gone; namespaces end in a way of their own. */
function isReleased(call: Call, { metadata }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).length === 0 &&
    call.resource.id !== 'namespaces'
  );
}

function composed(sent: KubeObject, content: JsonObject): KubeObject {
  const { apiVersion, kind } = sent;
  return { ...content, apiVersion, kind, metadata: { ...objectAt(content, 'metadata'), name: sent.metadata.name } };
}

function timeless(object: KubeObject): JsonObject {
  const entries = (object.metadata.managedFields ?? []).map((entry) => without(entry, 'time'));
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}
