import { applyContent, serverOwned, updateManaged } from '../apply/managed.ts';
import type { Managed, Writer } from '../apply/managed.ts';
import type { ClusterClock } from '../clock.ts';
import { timestamp } from '../clock.ts';
import { equal, isObject, objectAt, without, withMeta } from '../json.ts';
import type { JsonObject, KubeObject, ManagedEntry, Meta } from '../json.ts';
import { keyOf } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { withDefaults, withSchemaDefaults } from './defaults.ts';
import { changesIntent, throughDoor, typingOf } from './doors.ts';
import type { Subresource } from './doors.ts';
import {
  alreadyExists,
  applyConflict,
  badRequest,
  conflict,
  forbidden,
  invalid,
  modified,
  notFound,
} from './errors.ts';
import type { Subject } from './errors.ts';
import type { Resource } from './kinds.ts';
import type { Resources } from './resources.ts';
import { problemsOf } from './validate.ts';

/** One write: of what, by whom, through which door. */
export interface Call {
  readonly resource: Resource;
  /** The version of the group at which the request came. */
  readonly version: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly manager: string;
  readonly subresource?: Subresource;
  readonly dryRun?: boolean;
}

/** What writes need of a cluster. */
export interface World {
  readonly store: Store;
  readonly resources: Resources;
  readonly clock: ClusterClock;
  /** A fresh uid. */
  readonly uid: () => string;
  /** Lower-case letters and digits that no other name of the cluster got. */
  readonly suffix: () => string;
  /** A free cluster IP. */
  readonly clusterIp: () => string;
}

/** What a refusal about the call's object says. */
export function subjectOf(call: Call): Subject {
  return { group: call.resource.group, kind: call.resource.plural, name: call.name };
}

/** The live object of a call; 404 when there is none. */
export function readObject(world: World, call: Call): KubeObject {
  const found = world.store.get(call.resource.id, keyOf(call.namespace, call.name));
  if (found === undefined) throw notFound(subjectOf(call));
  return found;
}

/** Creates an object (POST). */
export function createObject(world: World, call: Call, body: JsonObject): KubeObject {
  const sent = identified(call, body, true);
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
  const sent = identified(call, change(live), false);
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

/** The body as an object of the call: its kind, namespace and name are the path's, or the request is refused. */
function identified(call: Call, body: JsonObject, creating: boolean): KubeObject {
  const { resource } = call;
  const apiVersion = resource.group === '' ? call.version : `${resource.group}/${call.version}`;
  const given = { apiVersion: body['apiVersion'] ?? apiVersion, kind: body['kind'] ?? resource.kind };
  if (given.apiVersion !== apiVersion || given.kind !== resource.kind) {
    throw badRequest(
      `${String(given.kind)} in version "${String(given.apiVersion)}" cannot be handled as a ${resource.kind} in version "${apiVersion}"`,
    );
  }
  const metadata = checkedMeta(body);
  const name = metadata.name;
  const namespace = metadata.namespace ?? call.namespace;
  if (namespace !== call.namespace)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  if (!creating && name !== '' && name !== call.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`);
  const place = call.namespace === '' ? {} : { namespace };
  return {
    ...body,
    apiVersion,
    kind: resource.kind,
    metadata: { ...metadata, ...place, name: creating ? name : call.name },
  };
}

function checkedMeta(body: JsonObject): Meta {
  const { metadata } = body;
  if (metadata !== undefined && metadata !== null && !isObject(metadata))
    throw badRequest('metadata must be an object');
  const given = Object.fromEntries(Object.entries(objectAt(body, 'metadata')).filter(([, value]) => value !== null));
  for (const field of ['labels', 'annotations']) {
    const map = given[field];
    if (map === undefined) continue;
    const texts = isObject(map) && Object.values(map).every((value) => typeof value === 'string');
    if (!texts) throw badRequest(`unable to decode: metadata.${field} must be a map of strings`);
  }
  return { ...given, name: typeof given['name'] === 'string' ? given['name'] : '' } as Meta;
}

/** Defaults, and the address of a Service. */
function completed(world: World, call: Call, object: KubeObject): KubeObject {
  if (call.resource.custom) return withSchemaDefaults(object, call.resource.openapi ?? {}) as KubeObject;
  const complete = withDefaults(object);
  if (complete.kind === 'Namespace')
    return withMeta(complete, { labels: { ...complete.metadata.labels, 'kubernetes.io/metadata.name': call.name } });
  if (complete.kind !== 'Service') return complete;
  const spec = objectAt(complete, 'spec');
  const live = world.store.get(call.resource.id, keyOf(call.namespace, call.name));
  const clusterIP = spec['clusterIP'] ?? objectAt(live, 'spec')['clusterIP'];
  if (spec['type'] === 'ExternalName' || (clusterIP !== undefined && clusterIP !== '')) {
    return clusterIP === undefined
      ? complete
      : { ...complete, spec: { ...spec, clusterIP, clusterIPs: spec['clusterIPs'] ?? [clusterIP] } };
  }
  const address = world.clusterIp();
  return { ...complete, spec: { ...spec, clusterIP: address, clusterIPs: [address] } };
}

/** A new object: the members that only the server writes are the server's, status starts empty where it is a subresource. */
function fresh(world: World, call: Call, sent: KubeObject): KubeObject {
  const { resource } = call;
  const uid = world.uid();
  const metadata = {
    ...without(sent.metadata, ...serverOwned),
    name: call.name,
    ...(call.namespace === '' ? {} : { namespace: call.namespace }),
    uid,
    creationTimestamp: timestamp(world.clock.now()),
    ...(resource.generation ? { generation: 1 } : {}),
  };
  const body = resource.status ? without(sent, 'status') : sent;
  const object = { ...body, metadata } as unknown as KubeObject;
  return resource.id === 'jobs.batch' ? withJobSelector(object, uid) : object;
}

/** A Job selects its pods by its own uid unless it says otherwise. */
function withJobSelector(job: KubeObject, uid: string): KubeObject {
  const spec = objectAt(job, 'spec');
  if (spec['manualSelector'] === true) return job;
  const own = { 'batch.kubernetes.io/controller-uid': uid };
  const template = objectAt(spec, 'template');
  const labels = {
    ...objectAt(template, 'metadata', 'labels'),
    ...own,
    'batch.kubernetes.io/job-name': job.metadata.name,
  };
  const selector = { matchLabels: own };
  return {
    ...job,
    spec: { ...spec, selector, template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } } },
  };
}

function composed(sent: KubeObject, content: JsonObject): KubeObject {
  const { apiVersion, kind } = sent;
  return { ...content, apiVersion, kind, metadata: { ...objectAt(content, 'metadata'), name: sent.metadata.name } };
}

/** The object with the live one's server-owned metadata. */
function withServerMeta(object: KubeObject, live: KubeObject): KubeObject {
  const own = Object.entries(live.metadata).filter(([key]) => serverOwned.includes(key));
  const metadata = { ...without(object.metadata, ...serverOwned), ...Object.fromEntries(own) };
  return { ...object, metadata: metadata as unknown as Meta };
}

function checkVersions(call: Call, sent: KubeObject, live: KubeObject): void {
  const { resourceVersion, uid } = sent.metadata;
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion)
    throw conflict(subjectOf(call), modified);
  if (uid !== undefined && uid !== '' && uid !== live.metadata.uid) {
    throw invalid(kindSubject(call), [
      {
        reason: 'FieldValueInvalid',
        field: 'metadata.uid',
        message: `Invalid value: ${JSON.stringify(uid)}: field is immutable`,
      },
    ]);
  }
}

/** The claims that an update starts from: those it sends, else the live ones; `[{}]` gives all up. */
function claimsOf(call: Call, sent: KubeObject, live: KubeObject): readonly ManagedEntry[] {
  const given = sent.metadata.managedFields ?? [];
  const kept = live.metadata.managedFields ?? [];
  if (call.subresource !== undefined || given.length === 0) return kept;
  const [only] = given;
  if (given.length === 1 && only !== undefined && Object.keys(only).length === 0) return [];
  return given.every((entry) => typeof entry.manager === 'string') ? given : kept;
}

function requireNamespace(world: World, call: Call): void {
  if (call.namespace === '') return;
  const namespace = world.store.get('namespaces', call.namespace);
  if (namespace === undefined) throw notFound({ kind: 'namespaces', name: call.namespace });
  if (namespace.metadata.deletionTimestamp === undefined) return;
  const message = `namespace ${call.namespace} is being terminated`;
  const why = `unable to create new content in namespace ${call.namespace} because it is being terminated`;
  throw forbidden(subjectOf(call), why, [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }]);
}

function writerOf(world: World, call: Call): Writer {
  const { group } = call.resource;
  return {
    manager: call.manager,
    apiVersion: group === '' ? call.version : `${group}/${call.version}`,
    time: timestamp(world.clock.now()),
    ...(call.subresource === undefined ? {} : { subresource: call.subresource }),
  };
}

function kindSubject(call: Call): Subject {
  return { group: call.resource.group, kind: call.resource.kind, name: call.name };
}

function timeless(object: KubeObject): JsonObject {
  const entries = (object.metadata.managedFields ?? []).map((entry) => without(entry, 'time'));
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}
