import { groupOf } from '../../../../shared/model/object.ts';
import { resourceOfCrd } from '../api/crds.ts';
import type { Resource } from '../api/kinds.ts';
import type { World } from '../api/world.ts';
import type { KubeObject } from '../json.ts';
import type { Change } from '../store/store.ts';
import { keyOf, objectKey } from '../store/store.ts';
import type { Context, Reconcile } from './context.ts';
import { remove } from './context.ts';
import { reconcileDeployment, reconcileReplicaSet } from './deployment.ts';
import { reconcileService, servicesOf } from './endpoints.ts';
import { hasLivingOwner, reconcileClaim, reconcileCrd, reconcileDependents, reconcileNamespace } from './lifecycle.ts';
import { kubelet } from './pods.ts';
import { reconcileDaemonSet, reconcileJob, reconcileStatefulSet } from './workloads.ts';

const crds = 'customresourcedefinitions.apiextensions.k8s.io';

/** Runs the controllers of a cluster on every change; the returned function stops them. */
export function startControllers(
  world: World,
  options: { readonly readyDelayMs: number; readonly nodes: readonly string[] },
): () => void {
  const queue = new Map<string, () => void>();
  const timers = new Set<() => void>();
  const dependents = createDependents();
  const due = new Map<string, number>();
  let stopped = false;
  let scheduled = false;

  const context: Context = {
    world,
    ...options,
    owned: (owner, resource) =>
      dependents.of(owner).flatMap(([id, key]) => (id === resource ? found(world.store.get(id, key)) : [])),
    later: (ms, resource, object) => {
      const cancel = world.clock.after(ms, () => {
        timers.delete(cancel);
        look(resource, objectKey(object));
      });
      timers.add(cancel);
    },
  };
  const reconcilers: Readonly<Record<string, Reconcile>> = {
    ...table,
    pods: kubelet((pod) => due.get(pod.metadata.uid ?? '') ?? 0),
  };

  function enqueue(name: string, run: () => void): void {
    queue.set(name, run);
    schedule();
  }

  /** Works in rounds until nothing is left to do; after many rounds requests get their turn first. */
  function drain(): void {
    for (let round = 0; round < 100 && queue.size > 0; round += 1) {
      const runs = [...queue.values()];
      queue.clear();
      for (const run of runs) if (!stopped) run();
    }
    scheduled = false;
    if (queue.size > 0) schedule();
  }

  function schedule(): void {
    if (scheduled || stopped) return;
    scheduled = true;
    world.clock.after(0, drain);
  }

  function look(resource: string, key: string): void {
    const reconcile = reconcilers[resource];
    if (reconcile === undefined) return;
    enqueue(`${resource} ${key}`, () => {
      const object = world.store.get(resource, key);
      if (object !== undefined) reconcile(context, object);
    });
  }

  const liveOwner = (resource: Resource, object: KubeObject, name: string): KubeObject | undefined =>
    world.store.get(resource.id, keyOf(resource.namespaced ? object.metadata.namespace : '', name));

  function collect(object: KubeObject): void {
    enqueue(`collect ${object.metadata.uid ?? ''}`, () => {
      const waiting = dependents
        .of(object)
        .flatMap(([id, key]) => found(world.store.get(id, key)).map((item) => [id, item] as const));
      const resource = world.resources.byKind(groupOf(object.apiVersion), object.kind);
      const live = resource && liveOwner(resource, object, object.metadata.name);
      if (live?.metadata.uid === object.metadata.uid && live !== undefined) reconcileDependents(context, live, waiting);
      else for (const [id, item] of waiting) if (!hasLivingOwner(context, item)) remove(context, id, item);
    });
  }

  /** An owner looks at what happens to its dependents, also when it waits for their end. */
  function lookAtOwners({ type, object }: Change): void {
    for (const owner of object.metadata.ownerReferences ?? []) {
      const resource = world.resources.byKind(groupOf(owner.apiVersion), owner.kind);
      const live = resource && liveOwner(resource, object, owner.name);
      if (resource === undefined || live === undefined) continue;
      look(resource.id, objectKey(live));
      if (type === 'DELETED' && live.metadata.deletionTimestamp !== undefined) collect(live);
    }
  }

  /** Namespaces, definitions and claims that end wait for what is in them or uses them. */
  function lookAtContainers({ resource, object }: Change): void {
    if (object.metadata.namespace !== undefined) look('namespaces', object.metadata.namespace);
    if (world.resources.byId(resource)?.custom === true) look(crds, resource);
    if (resource !== 'pods') return;
    const claims = world.store.list('persistentvolumeclaims');
    for (const claim of claims)
      if (claim.metadata.deletionTimestamp !== undefined) look('persistentvolumeclaims', objectKey(claim));
  }

  function notePod({ type, object }: Change): void {
    const uid = object.metadata.uid ?? '';
    if (type === 'ADDED') due.set(uid, world.clock.now() + options.readyDelayMs);
    if (type === 'DELETED') due.delete(uid);
    for (const service of servicesOf(context, object)) look('services', objectKey(service));
  }

  const unsubscribe = world.store.subscribe((change) => {
    const { type, resource, key, object } = change;
    dependents.note(change);
    if (resource === crds) serve(world, change);
    if (resource === 'pods') notePod(change);
    if (type === 'DELETED') lookAtContainers(change);
    else look(resource, key);
    if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined) collect(object);
    if (type !== 'DELETED') removeOrphan(resource, object);
    lookAtOwners(change);
  });

  /** An object that names owners of which none exists is garbage, from the start or from when they are put on it. */
  function removeOrphan(resource: string, object: KubeObject): void {
    if ((object.metadata.ownerReferences ?? []).length === 0 || hasLivingOwner(context, object)) return;
    enqueue(`orphan ${object.metadata.uid ?? ''}`, () => remove(context, resource, object));
  }

  for (const resource of Object.keys(reconcilers))
    for (const object of world.store.list(resource)) look(resource, objectKey(object));
  return () => {
    stopped = true;
    unsubscribe();
    timers.forEach((cancel) => cancel());
  };
}

const table: Readonly<Record<string, Reconcile>> = {
  'deployments.apps': reconcileDeployment,
  'replicasets.apps': reconcileReplicaSet,
  'statefulsets.apps': reconcileStatefulSet,
  'daemonsets.apps': reconcileDaemonSet,
  'jobs.batch': reconcileJob,
  services: reconcileService,
  namespaces: reconcileNamespace,
  persistentvolumeclaims: reconcileClaim,
  [crds]: reconcileCrd,
};

/** A custom kind is served from the moment its definition is stored. */
function serve(world: World, { type, object, version }: Change): void {
  const resource = { ...resourceOfCrd(object), since: version };
  if (type === 'DELETED') world.resources.remove(resource.id);
  else world.resources.add(resource);
}

interface Dependents {
  note(change: Change): void;
  of(owner: KubeObject): readonly (readonly [resource: string, key: string])[];
}

/** Who names whom as owner, by uid. */
function createDependents(): Dependents {
  const byOwner = new Map<string, Map<string, readonly [string, string]>>();
  const owners = (object: KubeObject | undefined): readonly string[] =>
    (object?.metadata.ownerReferences ?? []).map(({ uid }) => uid);
  return {
    note: ({ type, resource, key, object, before }) => {
      const id = `${resource} ${key}`;
      const now = type === 'DELETED' ? [] : owners(object);
      for (const uid of owners(before)) {
        if (now.includes(uid)) continue;
        byOwner.get(uid)?.delete(id);
        if (byOwner.get(uid)?.size === 0) byOwner.delete(uid);
      }
      for (const uid of now)
        byOwner.set(uid, (byOwner.get(uid) ?? new Map<string, readonly [string, string]>()).set(id, [resource, key]));
    },
    of: (owner) => [...(byOwner.get(owner.metadata.uid ?? '')?.values() ?? [])],
  };
}

function found<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
