import { hash } from 'node:crypto';
import type { LiveObject, LiveReplicas } from '../model/live.ts';
import { canonicalJson } from '../../shared/lib/canonical.ts';
import { by } from '../../shared/lib/order.ts';
import { ignoredPointers, pointerParts } from '../../shared/model/ignored.ts';
import { factsOf } from '../../shared/model/kinds.ts';
import { fieldManager, owner } from '../../shared/model/names.ts';
import { idOf, type GroupKind, type KubeObject, type ObjectMeta } from '../../shared/model/object.ts';
import { assess } from '../health/assess.ts';
import { remarkOn } from '../health/remarks.ts';
import { conditionOf, get, listAt, numberAt, stringAt, textsAt } from '../model/fields.ts';
import { routesOf } from './providers/list.ts';
import { serviceId } from './providers/provider.ts';

/** The kind whose objects say which addresses behind a Service are ready. */
export const sliceKind: GroupKind = 'discovery.k8s.io/EndpointSlice';

/** The projection of an object as a watch brings it: verdict, identity, ownership, and what phases are decided by. */
export function project(object: KubeObject): LiveObject {
  const id = idOf(object);
  const { metadata } = object;
  const { isInert, role } = factsOf(id);
  const verdict =
    isInert && metadata.deletionTimestamp === undefined
      ? ({ health: 'Current', message: '' } as const)
      : assess(object);
  return {
    id,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    generation: metadata.generation ?? 0,
    fieldsHash: fieldsHash(metadata),
    registration: metadata.annotations?.[owner.registration] ?? null,
    nonce: metadata.annotations?.[owner.nonce] ?? null,
    ...verdict,
    ...finishOf(object),
    ...remarkOf(object),
    ...orderOf(object),
    replicas: replicasOf(object),
    podLabels: textsAt(object, 'spec', 'template', 'metadata', 'labels'),
    selector: object.kind === 'Service' ? textsAt(object, 'spec', 'selector') : null,
    routes: role === 'route' ? routesOf(object) : null,
  };
}

const hashes = new WeakMap<ObjectMeta, string | null>();

/**
 * A short hash of the fields that we own by server-side apply; null when we own none. It changes exactly when another
 * manager changes, removes or takes over one of them (findings.md). What a server answered is never changed: it is hashed once.
 */
export function fieldsHash(metadata: ObjectMeta): string | null {
  const known = hashes.get(metadata);
  if (known !== undefined) return known;
  const made = hashOf(metadata);
  hashes.set(metadata, made);
  return made;
}

function hashOf(metadata: ObjectMeta): string | null {
  const own = (metadata.managedFields ?? []).filter(
    (entry) => entry.manager === fieldManager && entry.operation === 'Apply' && (entry.subresource ?? '') === '',
  );
  if (own.length === 0) return null;
  const ignored = ignoredPaths(metadata);
  const fields = own
    .sort(by((entry) => entry.apiVersion ?? ''))
    .map((entry) => ignored.reduce<unknown>(withoutPath, entry.fieldsV1));
  return hash('sha256', canonicalJson(fields), 'base64url').slice(0, 16);
}

/** The fields that the manifest leaves to others. Of an annotation that cannot be read, none: applying it says so. */
function ignoredPaths(metadata: ObjectMeta): readonly (readonly string[])[] {
  if (metadata.annotations?.[owner.ignoreDifferences] === undefined) return [];
  try {
    return ignoredPointers(metadata).map(pointerParts);
  } catch {
    return [];
  }
}

/** A set of fields without the one at a path. Metadata does not say where in its list an element is: a number means each. */
function withoutPath(set: unknown, path: readonly string[]): unknown {
  const [part = '', ...rest] = path;
  if (set === null || typeof set !== 'object') return set;
  const isMatch = (key: string) => key === `f:${part}` || (/^\d+$/.test(part) && /^[kvi]:/.test(key));
  const kept = Object.entries(set).flatMap(([key, value]: [string, unknown]) => {
    if (!isMatch(key)) return [[key, value] as const];
    if (rest.length === 0) return [];
    const inner = withoutPath(value, rest);
    return isEmptySet(inner) ? [] : [[key, inner] as const];
  });
  return Object.fromEntries(kept);
}

function isEmptySet(set: unknown): boolean {
  return set !== null && typeof set === 'object' && Object.keys(set).length === 0;
}

/**
 * How a Job or Pod came to its end. One that was deleted before is not done, nor a pod that is run again where it stops, nor one
 * that its node put out.
 */
function finishOf(object: KubeObject): Pick<LiveObject, 'finish'> {
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined || !factsOf(idOf(object)).runsToItsEnd) return {};
  if (object.kind === 'Pod') return podFinish(object);
  if (conditionOf(object, 'Complete')?.status === 'True') return { finish: 'completed' };
  return conditionOf(object, 'Failed')?.status === 'True' ? { finish: 'failed' } : {};
}

function podFinish(pod: KubeObject): Pick<LiveObject, 'finish'> {
  if ((stringAt(pod, 'spec', 'restartPolicy') ?? 'Always') === 'Always') return {};
  const phase = stringAt(pod, 'status', 'phase');
  if (phase === 'Succeeded') return { finish: 'completed' };
  return phase === 'Failed' && !isDisrupted(pod) ? { finish: 'failed' } : {};
}

function isDisrupted(pod: KubeObject): boolean {
  const reason = stringAt(pod, 'status', 'reason') ?? '';
  return conditionOf(pod, 'DisruptionTarget')?.status === 'True' || disruptions.has(reason);
}

const disruptions: ReadonlySet<string> = new Set(['Evicted', 'NodeLost', 'NodeShutdown', 'Preempting', 'Terminated']);

function remarkOf(object: KubeObject): Pick<LiveObject, 'remark'> {
  const remark = remarkOn(object);
  return remark === null ? {} : { remark };
}

function orderOf(object: KubeObject): Pick<LiveObject, 'ordered'> {
  const isOrdered =
    object.kind === 'StatefulSet' &&
    (stringAt(object, 'spec', 'podManagementPolicy') ?? 'OrderedReady') === 'OrderedReady';
  return isOrdered ? { ordered: { revision: stringAt(object, 'status', 'updateRevision') } } : {};
}

function replicasOf(object: KubeObject): LiveObject['replicas'] {
  const spec = numberAt(object, 'spec', 'replicas');
  if (spec === null) return null;
  return {
    spec,
    total: numberAt(object, 'status', 'replicas') ?? 0,
    ready: numberAt(object, 'status', 'readyReplicas') ?? 0,
    setBy: replicasSetBy(object.metadata),
    wasReady: wasReady(object),
  };
}

function replicasSetBy({ managedFields = [] }: ObjectMeta): LiveReplicas['setBy'] {
  const owners = managedFields.filter((entry) => get(entry.fieldsV1, 'f:spec', 'f:replicas') !== undefined);
  if (owners.some((entry) => entry.manager !== fieldManager)) return 'other';
  if (owners.some((entry) => entry.operation === 'Apply')) return 'apply';
  return owners.length > 0 ? 'drain' : 'none';
}

// A Deployment says so for as long as its template stays: only these reasons are given before its first roll-out is complete.
const startReasons: ReadonlySet<string> = new Set([
  'NewReplicaSetCreated',
  'FoundNewReplicaSet',
  'ReplicaSetUpdated',
  'ReplicaSetCreateError',
  'ProgressDeadlineExceeded',
]);

function wasReady(object: KubeObject): boolean {
  const reason = conditionOf(object, 'Progressing')?.reason ?? '';
  return !startReasons.has(reason) || (numberAt(object, 'status', 'readyReplicas') ?? 0) > 0;
}

/**
 * Ready addresses of one EndpointSlice and the Service that it belongs to; null for a slice of no Service. A Service that
 * publishes addresses that are not ready calls them ready all the same: `serving` is what their pods say.
 */
export function projectSlice(slice: KubeObject): { readonly service: string; readonly ready: number } | null {
  const name = slice.metadata.labels?.['kubernetes.io/service-name'];
  if (name === undefined) return null;
  const ready = listAt(slice, 'endpoints').filter(
    (endpoint) =>
      get(endpoint, 'conditions', 'ready') !== false &&
      get(endpoint, 'conditions', 'serving') !== false &&
      get(endpoint, 'conditions', 'terminating') !== true,
  );
  return { service: serviceId(slice.metadata.namespace ?? '', name), ready: ready.length };
}
