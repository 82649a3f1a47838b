import type { Kube, KubeKey, KubeResource, WatchEvent, WatchOptions } from '../../agent/model/kube.ts';
import { SluiceError, type Code } from '../../shared/errors.ts';
import { fieldManager } from '../../shared/model/names.ts';
import {
  idOf,
  objectId,
  refOf,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectId,
} from '../../shared/model/object.ts';
import { fieldsV1, leaves, pathsOf, putAt, valueAt } from './fields.ts';

/** Kinds that a fake cluster serves: `group/version/kind/plural[/cluster]`. */
const served = [
  '/v1/Namespace/namespaces/cluster',
  '/v1/ConfigMap/configmaps',
  '/v1/Secret/secrets',
  '/v1/Service/services',
  '/v1/Pod/pods',
  'batch/v1/Job/jobs',
  '/v1/PersistentVolumeClaim/persistentvolumeclaims',
  'apps/v1/Deployment/deployments',
  'apps/v1/StatefulSet/statefulsets',
  'discovery.k8s.io/v1/EndpointSlice/endpointslices',
  'autoscaling/v2/HorizontalPodAutoscaler/horizontalpodautoscalers',
  'coordination.k8s.io/v1/Lease/leases',
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration/validatingwebhookconfigurations/cluster',
  'rbac.authorization.k8s.io/v1/ClusterRole/clusterroles/cluster',
  'networking.k8s.io/v1/Ingress/ingresses',
  'apiextensions.k8s.io/v1/CustomResourceDefinition/customresourcedefinitions/cluster',
  't.example.com/v1/Pool/pools/cluster',
  't.example.com/v1/ClusterThing/clusterthings',
  'networking.istio.io/v1/VirtualService/virtualservices',
  'gateway.networking.k8s.io/v1/HTTPRoute/httproutes',
];

function parseServed(text: string): KubeResource {
  const [group = '', version = '', kind = '', plural = '', scope] = text.split('/');
  const subresources = group === 'apps' ? ['scale', 'status'] : [];
  const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
  return { group, version, kind, plural, namespaced: scope !== 'cluster', verbs, subresources };
}

interface Stored {
  object: KubeObject;
  /** Owned leaf paths by `manager operation`. */
  owners: Map<string, Set<string>>;
}

interface Watcher {
  readonly resource: KubeResource;
  readonly options: WatchOptions;
  /** Ids that this watch selects now: one that stops matching is a deletion to it. */
  readonly selected: Set<ObjectId>;
}

/** A cluster in memory that keeps the contract of the `Kube` port: what is asked of a write is decided as the server does. */
export interface FakeKube extends Kube {
  readonly objects: ReadonlyMap<ObjectId, Stored>;
  readonly read: (id: ObjectId) => KubeObject | undefined;
  /** What somebody else does to the cluster: a change, an object of theirs, a deletion. */
  readonly edit: (id: ObjectId, change: (object: KubeObject) => void, manager?: string) => void;
  readonly put_: (object: KubeObject) => void;
  readonly remove: (id: ObjectId) => void;
  /** Every write that was asked for, as `verb kind/name`. */
  readonly writesLog: readonly string[];
  /** Makes calls fail: the code for `verb kind/name`, or null; `user` is whom the agent impersonates, null = nobody. */
  fault: (call: string, user: string | null) => Code | null;
  /** Kinds that are not served now: what looking them up answers, and whether something defines them. */
  readonly unserved: Map<string, { readonly code: Code; readonly isDefined: boolean }>;
  /** Changes what is written before it is stored, as a mutating webhook does. */
  admit: (object: KubeObject) => void;
  /** Every user that was impersonated for a call, as `verb kind/name USER`. */
  readonly impersonated: readonly string[];
}

/** Who writes through the scale subresource, in the agent's name. */
const scaler = 'scale';

/* eslint-disable complexity, @typescript-eslint/require-await -- one server in one place; its methods answer promises, as the real ones do */

/** An empty fake cluster with the namespaces `kube-system`, `default` and `sluice-system`. */
export function fakeKube(): FakeKube {
  const resources = served.map(parseServed);
  const objects = new Map<ObjectId, Stored>();
  const watchers = new Set<Watcher>();
  const writesLog: string[] = [];
  let version = 100;
  let uids = 0;
  let requests = 0;
  const impersonated: string[] = [];
  let acting: string | null = null;

  const fail = (code: Code, message: string, facts?: Record<string, unknown>): never => {
    throw new SluiceError(code, message, facts === undefined ? {} : { facts });
  };
  const check = (verb: string, kind: string, name: string, isWrite: boolean) => {
    requests += 1;
    if (isWrite) writesLog.push(`${verb} ${kind}/${name}`);
    if (acting !== null) impersonated.push(`${verb} ${kind}/${name} ${acting}`);
    const code = kube.fault(`${verb} ${kind}/${name}`, acting);
    if (code !== null) fail(code, `made to fail: ${verb} ${kind}/${name}`);
  };
  const matches = (object: KubeObject, options: WatchOptions) => {
    if ((options.namespace ?? '') !== '' && object.metadata.namespace !== options.namespace) return false;
    const [, name] = (options.fieldSelector ?? '').split('metadata.name=');
    if (name !== undefined && object.metadata.name !== name) return false;
    return selects(options.labelSelector, object);
  };
  const emit = (event: 'added' | 'modified' | 'deleted', object: KubeObject) => {
    const id = idOf(object);
    for (const watcher of [...watchers]) {
      const { group, kind } = refOf(object);
      if (watcher.resource.kind !== kind || watcher.resource.group !== group) continue;
      const was = watcher.selected.has(id);
      const is = event !== 'deleted' && matches(object, watcher.options);
      if (!was && !is) continue;
      if (is) watcher.selected.add(id);
      else watcher.selected.delete(id);
      const type = is ? (was ? 'modified' : 'added') : 'deleted';
      watcher.options.onEvent({ type, object: view(object, watcher.options.metadataOnly) });
    }
  };
  const entries = (stored: Stored) =>
    [...stored.owners].map(([who, paths]) => {
      const [manager, operation, subresource] = who.split(' ');
      return {
        manager: manager!,
        operation: operation!,
        ...(subresource === undefined ? {} : { subresource }),
        apiVersion: stored.object.apiVersion,
        fieldsType: 'FieldsV1',
        fieldsV1: fieldsV1(paths),
      };
    });
  const commit = (stored: Stored, before: KubeObject | null, isNew: boolean) => {
    const { metadata } = stored.object;
    // What is not set, or is removed, has its default, which no manager owns.
    if (stored.object.apiVersion === 'apps/v1' && valueAt(stored.object, '/spec/replicas') === undefined)
      putAt(stored.object, '/spec/replicas', 1);
    for (const [who, paths] of [...stored.owners]) if (paths.size === 0) stored.owners.delete(who);
    metadata.managedFields = entries(stored);
    if (before !== null && same(before, stored.object)) return;
    metadata.resourceVersion = String(++version);
    const isSpec = before === null || JSON.stringify(before['spec']) !== JSON.stringify(stored.object['spec']);
    metadata.generation = (metadata.generation ?? 0) + (isSpec ? 1 : 0);
    objects.set(idOf(stored.object), stored);
    emit(isNew ? 'added' : 'modified', stored.object);
  };
  const drop = (id: ObjectId) => {
    const stored = objects.get(id);
    if (stored === undefined) return;
    if ((stored.object.metadata.finalizers ?? []).length > 0) {
      const before = structuredClone(stored.object);
      stored.object.metadata.deletionTimestamp ??= '2026-01-01T00:00:00Z';
      commit(stored, before, false);
      return;
    }
    objects.delete(id);
    stored.object.metadata.resourceVersion = String(++version);
    emit('deleted', stored.object);
    // Garbage collection: what a Service owns goes with it.
    for (const [other, { object }] of [...objects]) {
      if (object.metadata.ownerReferences?.some((one) => one['uid'] === stored.object.metadata.uid) === true)
        drop(other);
    }
  };
  const insert = (object: KubeObject, who: string): Stored => {
    const { namespace } = object.metadata;
    if (namespace !== undefined && !objects.has(`/Namespace//${namespace}`))
      fail('NOT_FOUND', `namespaces "${namespace}" not found`);
    const { kind } = object;
    const stored: Stored = { object: structuredClone(object), owners: new Map() };
    kube.admit(stored.object);
    stored.object.metadata.uid = `uid-${kind}-${++uids}`;
    stored.owners.set(who, new Set(leaves(object).keys()));
    commit(stored, null, true);
    return stored;
  };
  /** Server-side apply of one manager on an existing object; leaves are merged, conflicts are named. */
  const merge = (stored: Stored, object: KubeObject, force: boolean) => {
    const me = `${fieldManager} Apply`;
    const wanted = leaves(object);
    for (const path of [...wanted.keys()])
      if (/^\/metadata\/(resourceVersion|generation|managedFields)/.test(path)) wanted.delete(path);
    const causes: { manager: string; field: string }[] = [];
    for (const [who, paths] of stored.owners) {
      if (who === me) continue;
      for (const [path, text] of wanted) {
        if (
          paths.has(path) &&
          JSON.stringify(sortedJson(valueAt(stored.object, path))) !== JSON.stringify(sortedJson(JSON.parse(text)))
        ) {
          causes.push({ manager: who.split(' ')[0]!, field: path.replaceAll('/', '.') });
        }
      }
    }
    if (causes.length > 0 && !force) fail('FIELD_CONFLICT', 'conflict with other managers', { causes });
    const before = structuredClone(stored.object);
    for (const path of stored.owners.get(me) ?? []) {
      const isOthers = [...stored.owners].some(([who, paths]) => who !== me && paths.has(path));
      if (!wanted.has(path) && !isOthers) putAt(stored.object, path, undefined);
    }
    for (const [path, text] of wanted) {
      for (const [who, paths] of stored.owners) {
        if (who !== me && causes.some((cause) => cause.field === path.replaceAll('/', '.'))) paths.delete(path);
      }
      putAt(stored.object, path, JSON.parse(text));
    }
    stored.owners.set(me, new Set(wanted.keys()));
    kube.admit(stored.object);
    commit(stored, before, false);
  };
  const metaOf = (stored: Stored): KubeObject => view(stored.object, true);
  const wholeOf = (stored: Stored): KubeObject => view(stored.object, false);
  const find = (key: KubeKey): Stored | undefined =>
    objects.get(objectId({ ...key.resource, ...key, group: key.resource.group }));

  const kube: FakeKube = {
    objects,
    writesLog,
    impersonated,
    // Each call checks who asks before it waits for anything.
    as: (user) => {
      const acted = <A extends unknown[], T>(call: (...args: A) => T) => {
        return (...args: A): T => {
          acting = user;
          try {
            return call(...args);
          } finally {
            acting = null;
          }
        };
      };
      const { create, update, apply, post, put, scale } = kube;
      const writes = { create: acted(create), update: acted(update), apply: acted(apply), delete: acted(kube.delete) };
      return { ...kube, ...writes, post: acted(post), put: acted(put), scale: acted(scale) };
    },
    fault: () => null,
    admit: () => undefined,
    unserved: new Map(),
    read: (id) => structuredClone(objects.get(id)?.object),
    edit: (id, change, manager = 'kubectl-edit') => {
      const stored = objects.get(id)!;
      const before = structuredClone(stored.object);
      change(stored.object);
      const [then, now] = [leaves(before), leaves(stored.object)];
      const changed = [...new Set([...then.keys(), ...now.keys()])].filter((path) => then.get(path) !== now.get(path));
      const touched = changed.filter(
        (path) => !path.startsWith('/status') && !path.startsWith('/metadata/managedFields'),
      );
      for (const path of touched) {
        for (const paths of stored.owners.values()) paths.delete(path);
        if (!now.has(path)) continue;
        const who = manager === scaler ? `${fieldManager} Update scale` : `${manager} Update`;
        stored.owners.set(who, (stored.owners.get(who) ?? new Set()).add(path));
      }
      commit(stored, before, false);
    },
    put_: (object) => {
      insert(object, 'kubectl Update');
    },
    remove: drop,
    isDefined: ({ kind }) => Promise.resolve(kube.unserved.get(kind)?.isDefined ?? false),
    resource: ({ group, kind }) => {
      const state = kube.unserved.get(kind);
      if (state !== undefined) return Promise.reject(new SluiceError(state.code, `${kind} is not served now`));
      const found = resources.find((one) => one.group === group && one.kind === kind);
      return found === undefined
        ? Promise.reject(new SluiceError('KIND_UNKNOWN', `${kind} is not served`))
        : Promise.resolve(found);
    },
    resources: () => Promise.resolve(resources.filter(({ kind }) => !kube.unserved.has(kind))),
    forgetResources: () => undefined,
    version: () => Promise.resolve('v1.36.3'),
    get: async (key) => {
      check('get', key.resource.kind, key.name, false);
      return structuredClone((find(key) ?? fail('NOT_FOUND', `${key.name} not found`)).object);
    },
    getMetadata: async (key) => {
      check('get', key.resource.kind, key.name, false);
      return metaOf(find(key) ?? fail('NOT_FOUND', `${key.name} not found`));
    },
    list: async (resource, options) => {
      check('list', resource.kind, '', false);
      const items = [...objects.values()]
        .filter(({ object }) => object.kind === resource.kind && refOf(object).group === resource.group)
        .filter(({ object }) => (options.namespace ?? '') === '' || object.metadata.namespace === options.namespace)
        .filter(({ object }) => selects(options.labelSelector, object))
        .map(({ object }) => view(object, options.metadataOnly));
      return { items, resourceVersion: String(version) };
    },
    create: async (resource, object, { dryRun }) => {
      check('create', resource.kind, object.metadata.name, true);
      if (objects.has(idOf(object))) fail('OBJECT_EXISTS', 'it exists');
      return dryRun === true ? object : wholeOf(insert(object, `${fieldManager} Apply`));
    },
    update: async (resource, object, uid, { force }) => {
      check('update', resource.kind, object.metadata.name, true);
      const stored = objects.get(idOf(object));
      if (stored?.object.metadata.uid !== uid) return fail('OBJECT_REPLACED', 'another uid, or gone');
      merge(stored, object, force);
      return wholeOf(stored);
    },
    apply: async (resource, object, { force }) => {
      check('apply', resource.kind, object.metadata.name, true);
      const stored = objects.get(idOf(object));
      if (stored === undefined) return wholeOf(insert(object, `${fieldManager} Apply`));
      merge(stored, object, force);
      return wholeOf(stored);
    },
    delete: async (key, { uid, resourceVersion }) => {
      check('delete', key.resource.kind, key.name, true);
      const stored = find(key);
      if (stored === undefined) return false;
      if (stored.object.metadata.uid !== uid) fail('OBJECT_REPLACED', 'another uid');
      if (resourceVersion !== undefined && stored.object.metadata.resourceVersion !== resourceVersion)
        fail('CONFLICT', 'changed');
      drop(idOf(stored.object));
      return true;
    },
    setManagedFields: async (key, { metadata }, { entries: wanted }) => {
      check('take', key.resource.kind, key.name, true);
      const stored = find(key) ?? fail('NOT_FOUND', 'not found');
      if (stored.object.metadata.resourceVersion !== metadata.resourceVersion) fail('CONFLICT', 'changed');
      const before = structuredClone(stored.object);
      const who = ({ manager = '', operation = '', subresource }: ManagedFieldsEntry) =>
        [manager, operation, ...(subresource === undefined ? [] : [subresource])].join(' ');
      stored.owners = new Map(wanted.map((one) => [who(one), pathsOf(one.fieldsV1)]));
      commit(stored, before, false);
    },
    post: async (resource, object) => {
      check('post', resource.kind, object.metadata.name, true);
      if (objects.has(idOf(object))) fail('OBJECT_EXISTS', 'it exists');
      return structuredClone(insert(object, 'sluice-agent Update').object);
    },
    put: async (resource, object) => {
      check('put', resource.kind, object.metadata.name, true);
      const stored = objects.get(idOf(object)) ?? fail('NOT_FOUND', 'not found');
      if (stored.object.metadata.resourceVersion !== object.metadata.resourceVersion) fail('CONFLICT', 'changed');
      const before = structuredClone(stored.object);
      stored.object = {
        ...structuredClone(object),
        metadata: { ...before.metadata, ...structuredClone(object.metadata) },
      };
      commit(stored, before, false);
      return structuredClone(stored.object);
    },
    scale: async (key, replicas, { uid, resourceVersion }) => {
      check('scale', key.resource.kind, key.name, true);
      const stored = find(key) ?? fail('NOT_FOUND', 'not found');
      if (stored.object.metadata.uid !== uid) fail('OBJECT_REPLACED', 'another uid');
      if (resourceVersion !== undefined && stored.object.metadata.resourceVersion !== resourceVersion)
        fail('CONFLICT', 'changed');
      kube.edit(idOf(stored.object), (object) => putAt(object, '/spec/replicas', replicas), scaler);
    },
    watch: (resource, options) => {
      const watcher: Watcher = { resource, options, selected: new Set() };
      if (options.signal.aborted) return Promise.resolve();
      requests += 1;
      const code = kube.fault(`watch ${resource.kind}/`, acting);
      if (code !== null) options.onError(new SluiceError(code, `made to fail: watch ${resource.kind}`));
      else
        start(
          watcher,
          [...objects.values()].map(({ object }) => object),
        );
      return new Promise((resolve) => {
        options.signal.addEventListener('abort', () => {
          watchers.delete(watcher);
          resolve();
        });
      });
    },
    counters: () => ({ requests, writes: writesLog.length, watches: watchers.size }),
  };
  const start = (watcher: Watcher, all: readonly KubeObject[]) => {
    const { resource, options, selected } = watcher;
    const events: WatchEvent[] = [{ type: 'relist' }];
    for (const object of all) {
      if (object.kind !== resource.kind || refOf(object).group !== resource.group || !matches(object, options))
        continue;
      selected.add(idOf(object));
      events.push({ type: 'added', object: view(object, options.metadataOnly) });
    }
    watchers.add(watcher);
    for (const event of [...events, { type: 'synced' } as const]) options.onEvent(event);
  };
  for (const name of ['kube-system', 'default', 'sluice-system']) {
    kube.put_({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  writesLog.length = 0;
  return kube;
}

function view(object: KubeObject, metadataOnly: boolean): KubeObject {
  const { apiVersion, kind, metadata } = object;
  return structuredClone(metadataOnly ? { apiVersion, kind, metadata } : object);
}

function selects(selector: string | undefined, object: KubeObject): boolean {
  return (selector ?? '')
    .split(',')
    .filter(Boolean)
    .every((pair) => object.metadata.labels?.[pair.split('=')[0]!] === pair.split('=')[1]);
}

function same(a: KubeObject, b: KubeObject): boolean {
  const bare = (object: KubeObject) =>
    JSON.stringify(sortedJson({ ...object, metadata: { ...object.metadata, resourceVersion: '', generation: 0 } }));
  return bare(a) === bare(b);
}

function sortedJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedJson);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, child]) => [key, sortedJson(child)]),
  );
}
