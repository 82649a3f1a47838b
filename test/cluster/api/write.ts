import { applyContent, updateManaged } from '../apply/managed.ts';
import type { Managed } from '../apply/managed.ts';
import { equal, objectAt, without, withMeta } from '../json.ts';
import type { JsonObject, KubeObject, ManagedEntry } from '../json.ts';
import { keyOf } from '../store/store.ts';
import { completed, fresh, withServerMeta } from './completion.ts';
import { changesIntent, throughDoor, typingOf } from './doors.ts';
import { alreadyExists, applyConflict, badRequest, conflict, invalid, notFound } from './errors.ts';
import { checkVersions, claimsOf, decoded, identified, requireDeclared } from './incoming.ts';
import { problemsOf } from './validate.ts';
import type { Call, World } from './world.ts';
import { kindSubject, readObject, requireNamespace, subjectOf, writerOf } from './world.ts';

/** Creates an object (POST). */
export function createObject(world: World, call: Call, body: JsonObject): KubeObject {
  const sent = decoded(call, identified(call, body, true));
  const generated =
    sent.metadata.name === '' ? `${sent.metadata.generateName ?? ''}${world.suffix()}` : sent.metadata.name;
  const named: Call = { ...call, name: generated };
  if (generated === '')
    throw invalid(kindSubject(named), [
      {
        reason: 'FieldValueRequired',
        field: 'metadata.name',
        message: 'Required value: name or generateName is required',
      },
    ]);
  if (sent.metadata.resourceVersion !== undefined && sent.metadata.resourceVersion !== '')
    throw badRequest('resourceVersion should not be set on objects to be created');
  const object = completed(world, named, fresh(world, named, sent));
  requireNamespace(world, named);
  if (world.store.get(named.resource.id, keyOf(named.namespace, generated)) !== undefined)
    throw alreadyExists(subjectOf(named));
  const entries = updateManaged(undefined, object, {
    writer: writerOf(world, named),
    typing: typingOf(named.resource, undefined),
  });
  return commit(world, named, { next: object, entries, live: undefined });
}

/** Changes a live object (PUT, PATCH); `change` answers the whole new object as the client wants it. */
export function updateObject(world: World, call: Call, change: (live: KubeObject) => JsonObject): KubeObject {
  const live = readObject(world, call);
  const sent = decoded(call, identified(call, change(live), false));
  checkVersions(call, sent, live);
  const door = throughDoor(call.resource, call.subresource, { live, next: completed(world, call, sent) });
  const next = withServerMeta(door, live);
  const managed = { content: live, entries: claimsOf(call, sent, live) };
  const entries = updateManaged(managed, next, {
    writer: writerOf(world, call),
    typing: typingOf(call.resource, call.subresource),
  });
  return commit(world, call, { next, entries, live });
}

/** Server-side apply (PATCH): creates or merges, and keeps account of who owns which field. */
export function applyObject(
  world: World,
  call: Call,
  { config, force }: { readonly config: JsonObject; readonly force: boolean },
): { readonly object: KubeObject; readonly created: boolean } {
  const sent = identified(call, config, false);
  if (sent.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  requireDeclared(call, sent);
  const live = world.store.get(call.resource.id, keyOf(call.namespace, call.name));
  if (live === undefined && call.subresource !== undefined) throw notFound(subjectOf(call));
  if (live === undefined && sent.metadata.uid !== undefined)
    throw conflict(
      subjectOf(call),
      `uid mismatch: the provided object specified uid ${sent.metadata.uid}, and no existing object was found`,
    );
  const base: Managed | undefined =
    live === undefined ? undefined : { content: live, entries: live.metadata.managedFields ?? [] };
  const door = { writer: writerOf(world, call), typing: typingOf(call.resource, call.subresource), force };
  const applied = applyContent(base, sent, door);
  if ('conflicts' in applied) throw applyConflict(applied.conflicts);
  if (live !== undefined) checkVersions(call, sent, live);
  const merged = composed(sent, applied.content);
  if (live === undefined) {
    requireNamespace(world, call);
    const object = completed(world, call, fresh(world, call, merged));
    return { object: commit(world, call, { next: object, entries: applied.entries, live }), created: true };
  }
  const next = withServerMeta(
    throughDoor(call.resource, call.subresource, { live, next: completed(world, call, merged) }),
    live,
  );
  return { object: commit(world, call, { next, entries: applied.entries, live }), created: false };
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
  const raised =
    live !== undefined &&
    call.subresource !== 'status' &&
    call.resource.generation &&
    changesIntent(call.resource, live, managed);
  const object = raised ? withMeta(managed, { generation: (live.metadata.generation ?? 0) + 1 }) : managed;
  if (call.dryRun === true) return object;
  const gone =
    object.metadata.deletionTimestamp !== undefined &&
    (object.metadata.finalizers ?? []).length === 0 &&
    call.resource.id !== 'namespaces';
  if (!gone) return world.store.put(call.resource.id, object);
  world.store.remove(call.resource.id, keyOf(call.namespace, call.name));
  return object;
}

function composed(sent: KubeObject, content: JsonObject): KubeObject {
  const { apiVersion, kind } = sent;
  return { ...content, apiVersion, kind, metadata: { ...objectAt(content, 'metadata'), name: sent.metadata.name } };
}

function timeless(object: KubeObject): JsonObject {
  const entries = (object.metadata.managedFields ?? []).map((entry) => without(entry, 'time'));
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}
