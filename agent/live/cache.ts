import { factsOf } from '../../shared/model/kinds.ts';
import { label, managedBy } from '../../shared/model/names.ts';
import type { WatchEvent } from '../model/kube.ts';
import type { LiveObject } from '../model/live.ts';
import {
  groupKindOf,
  idOf,
  parseObjectId,
  type GroupKind,
  type KubeObject,
  type ObjectId,
} from '../../shared/model/object.ts';
import { valuesOf, type WantedFields } from './observe.ts';
import { project, projectSlice, sliceKind } from './project.ts';

/** An event of a watch that brings an object. */
export type ObjectEvent = Extract<WatchEvent, { object: KubeObject }>;

/** The projections of all objects that the open watches show. */
export interface LiveCache {
  readonly objects: Map<ObjectId, LiveObject>;
  readonly slices: Map<ObjectId, { readonly service: ObjectId; readonly ready: number }>;
  /** The fields that are kept of objects beside their projections. */
  wanted: WantedFields;
  /** Objects that were there before their fields were wanted. */
  readonly toRead: Set<ObjectId>;
  /** Objects that a watch saw leave, by UID, as it saw them last: a late answer must not bring them back. */
  readonly ended: Map<string, Ended>;
}

/** What is kept of an object that left: its version, and whether it had come to its end. */
interface Ended {
  readonly version: string;
  readonly finish: NonNullable<LiveObject['finish']> | null;
}

/** A cache that shows nothing yet. */
export function newLiveCache(): LiveCache {
  return { objects: new Map(), slices: new Map(), wanted: new Map(), toRead: new Set(), ended: new Map() };
}

/** Takes an event of a kind in; false when it changes nothing. */
export function takeEvent(cache: LiveCache, kind: GroupKind, event: ObjectEvent): boolean {
  if (event.type === 'deleted') rememberEnd(cache, event.object);
  return kind === sliceKind ? takeSlice(cache.slices, event) : takeObject(cache, event);
}

/** Drops the objects of a kind in a namespace (empty = all) that a complete list does not have. */
export function sweep(cache: LiveCache, kind: GroupKind, namespace: string, listed: ReadonlySet<string>): void {
  const store: Map<ObjectId, unknown> = kind === sliceKind ? cache.slices : cache.objects;
  for (const id of [...store.keys()]) {
    if (groupKindOf(id) !== kind || listed.has(id)) continue;
    if (namespace === '' || parseObjectId(id).namespace === namespace) store.delete(id);
  }
}

/**
 * Takes in the answer to a request of ours, unless a watch was faster; `sent` is what was written, null for a read. False when
 * the object is gone since, or is not selected by the watches.
 */
export function takeAnswer(cache: LiveCache, meta: KubeObject, sent: KubeObject | null): boolean {
  if (isEnded(cache.ended, meta)) return false;
  const id = idOf(meta);
  // What the watches do not select, they cannot follow: it would stay what this answer says.
  if (meta.metadata.labels?.[label.managedBy] !== managedBy) {
    cache.objects.delete(id);
    return false;
  }
  cache.objects.set(id, learned(cache.objects.get(id), meta, sent));
  return true;
}

/** Takes in an object that was read whole for its fields, unless it was changed since; true where it was taken. */
export function takeRead({ objects, wanted }: LiveCache, object: KubeObject): boolean {
  const id = idOf(object);
  const [last, fields] = [objects.get(id), wanted.get(id)];
  const { uid, resourceVersion = '' } = object.metadata;
  if (last === undefined || fields === undefined || last.uid !== uid) return false;
  if (last.resourceVersion !== resourceVersion) return false;
  objects.set(id, { ...last, observed: valuesOf(object, fields) });
  return true;
}

/** Keeps these fields of objects from now on, and those of no others. */
export function want(cache: LiveCache, wanted: WantedFields): void {
  for (const [id, fields] of wanted) {
    if (cache.wanted.get(id)?.join() === fields.join()) continue;
    const live = cache.objects.get(id);
    if (live === undefined) continue;
    cache.objects.set(id, unobserved(live));
    cache.toRead.add(id);
  }
  cache.wanted = wanted;
}

/** The objects whose wanted fields are not known and that no event will bring: they are to be read. */
export function unread({ wanted, objects, toRead }: LiveCache): readonly LiveObject[] {
  const found: LiveObject[] = [];
  for (const id of wanted.keys()) {
    const live = objects.get(id);
    if (live?.observed !== undefined) toRead.delete(id);
    // Of an inert kind, watches bring metadata alone.
    else if (live !== undefined && (toRead.has(id) || factsOf(id).isInert)) found.push(live);
  }
  return found;
}

function unobserved(live: LiveObject): LiveObject {
  const rest = { ...live };
  Reflect.deleteProperty(rest, 'observed');
  return rest;
}

/** Ready addresses behind a Service. */
export function readyBehind({ slices }: LiveCache, service: ObjectId): number {
  return [...slices.values()].reduce((sum, slice) => sum + (slice.service === service ? slice.ready : 0), 0);
}

const endsKept = 1_000;

function rememberEnd({ ended, objects }: LiveCache, object: KubeObject): void {
  const { uid = '', resourceVersion = '' } = object.metadata;
  const last = objects.get(idOf(object));
  const finish = (last?.uid === uid ? last.finish : undefined) ?? project(object).finish ?? null;
  ended.set(uid, { version: resourceVersion, finish });
  const [oldest] = ended.keys();
  if (ended.size > endsKept && oldest !== undefined) ended.delete(oldest);
}

/** True when a watch saw this object leave after the version of an answer (it may come back relabelled). */
function isEnded(ended: ReadonlyMap<string, Ended>, meta: KubeObject): boolean {
  const version = ended.get(meta.metadata.uid ?? '')?.version;
  return version !== undefined && !isOlder(version, meta.metadata.resourceVersion ?? '');
}

function takeObject({ objects, wanted }: LiveCache, event: ObjectEvent): boolean {
  const last = objects.get(idOf(event.object));
  if (event.type !== 'deleted' && last !== undefined && isKnown(last, event.object)) return false;
  const next = { ...project(event.object), ...observedIn(wanted, event.object) };
  if (event.type === 'deleted') {
    // The end of an earlier object of this name does not concern the one that is there now.
    if (last !== undefined && last.uid !== next.uid) return false;
    return objects.delete(next.id);
  }
  if (last?.uid === next.uid && isOlder(next.resourceVersion, last.resourceVersion)) return false;
  objects.set(next.id, withFinish(next, last));
  return true;
}

/** The wanted fields of an object that a watch brought; nothing of one of which it brings metadata alone. */
function observedIn(wanted: WantedFields, object: KubeObject): Pick<LiveObject, 'observed'> {
  const fields = wanted.size === 0 ? undefined : wanted.get(idOf(object));
  if (fields === undefined || factsOf(idOf(object)).isInert) return {};
  return { observed: valuesOf(object, fields) };
}

/** True where an answer of ours brought this version before the watch did, and it has all that is shown of such an object. */
function isKnown(last: LiveObject, { metadata }: KubeObject): boolean {
  return last.uid === metadata.uid && last.resourceVersion === metadata.resourceVersion && factsOf(last.id).isInert;
}

/** An end stays what it is: what comes after it, a deletion above all, does not undo it. */
function withFinish(next: LiveObject, last: LiveObject | undefined): LiveObject {
  return last?.uid !== next.uid || last.finish === undefined ? next : { ...next, finish: last.finish };
}

function takeSlice(slices: LiveCache['slices'], event: ObjectEvent): boolean {
  const id = idOf(event.object);
  const slice = projectSlice(event.object);
  if (event.type === 'deleted' || slice === null) return slices.delete(id);
  const last = slices.get(id);
  slices.set(id, slice);
  return last?.ready !== slice.ready || last.service !== slice.service;
}

/** Resource versions are decimal counters of one server; texts of another form are never older. */
function isOlder(a: string, b: string): boolean {
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return false;
  return BigInt(a) < BigInt(b);
}

/** The projection of an object after a request of ours: from the answer's metadata and the state that was sent. */
function learned(last: LiveObject | undefined, meta: KubeObject, sent: KubeObject | null): LiveObject {
  const { uid = '', resourceVersion = '' } = meta.metadata;
  const before = last?.uid === uid ? last : undefined;
  // The watch may have been faster than the answer, and no later event would mend what an old answer says.
  if (before !== undefined && !isOlder(before.resourceVersion, resourceVersion)) return before;
  // The answer carries metadata only: a status counts no longer than the generation that it speaks of.
  const whole = sent === null ? meta : ({ ...sent, metadata: meta.metadata, status: undefined } as KubeObject);
  const fresh = project(whole);
  if (before === undefined) return fresh;
  return sent === null || before.generation === fresh.generation || fresh.health === 'Terminating'
    ? identified(before, fresh)
    : written(before, fresh);
}

/** The same state of an object, with what metadata says of it now; what was observed of it is older than that. */
function identified(last: LiveObject, fresh: LiveObject): LiveObject {
  const before = unobserved(last);
  const { resourceVersion, generation, registration, nonce, fieldsHash, health, message } = fresh;
  const identity = { resourceVersion, generation, registration, nonce, fieldsHash };
  return health === 'Terminating' ? { ...before, ...identity, health, message } : { ...before, ...identity };
}

/** A new wish, with the pods and the addresses that there are. */
function written(before: LiveObject, fresh: LiveObject): LiveObject {
  const { total, ready } = before.replicas ?? { total: 0, ready: 0 };
  const replicas = fresh.replicas === null ? before.replicas : { ...fresh.replicas, total, ready };
  return withFinish({ ...fresh, replicas, selector: fresh.selector ?? before.selector }, before);
}
