import type { KubeObject } from '../json.ts';

/** A committed change. `object` is the new state, for a deletion the last state with the deletion's version. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  /** The store key of the resource. */
  readonly resource: string;
  readonly key: string;
  readonly object: KubeObject;
  readonly before?: KubeObject;
}

/** The objects of one cluster, their one version counter, and a bounded history of changes. */
export interface Store {
  /** The version of the newest change. */
  version(): number;
  get(resource: string, key: string): KubeObject | undefined;
  /** The objects of a resource, sorted by key. */
  list(resource: string): readonly KubeObject[];
  count(resource: string): number;
  /** Puts an object and answers it as stored, with its new resourceVersion. */
  put(resource: string, object: KubeObject): KubeObject;
  remove(resource: string, key: string): KubeObject | undefined;
  /** The changes after a version, oldest first; undefined when they are no longer all known. */
  since(version: number): readonly Change[] | undefined;
  /** The objects as they were at a version, sorted by key; undefined when that is no longer known. */
  listAt(resource: string, version: number): readonly KubeObject[] | undefined;
  /** Calls for every later change, in order; the returned function ends it. */
  subscribe(listener: (change: Change) => void): () => void;
}

/** The key of an object in its resource: `namespace/name`, or `name`. */
export function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The key of an object in its resource. */
export function objectKey(object: KubeObject): string {
  return keyOf(object.metadata.namespace, object.metadata.name);
}

/** An empty store that remembers the last `historyLimit` changes. */
export function createStore(historyLimit: number): Store {
  const resources = new Map<string, Map<string, KubeObject>>();
  const listeners = new Set<(change: Change) => void>();
  let history: Change[] = [];
  let version = 1;
  let forgotten = 1;

  function commit(change: Change): void {
    history.push(change);
    // Trimmed in batches, so that a change costs the same whatever the limit is.
    if (history.length > historyLimit * 2) {
      history = history.slice(-historyLimit);
      forgotten = (history[0]?.version ?? version) - 1;
    }
    for (const listener of [...listeners]) listener(change);
  }

  const objectsOf = (resource: string): Map<string, KubeObject> => {
    const found = resources.get(resource) ?? new Map<string, KubeObject>();
    resources.set(resource, found);
    return found;
  };

  const since = (from: number): readonly Change[] | undefined =>
    from < forgotten ? undefined : history.filter((change) => change.version > from);

  return {
    version: () => version,
    get: (resource, key) => resources.get(resource)?.get(key),
    list: (resource) => sortedValues(resources.get(resource) ?? new Map()),
    count: (resource) => resources.get(resource)?.size ?? 0,
    put: (resource, object) => {
      const key = objectKey(object);
      const before = objectsOf(resource).get(key);
      version += 1;
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
      objectsOf(resource).set(key, stored);
      if (before === undefined) commit({ type: 'ADDED', version, resource, key, object: stored });
      else commit({ type: 'MODIFIED', version, resource, key, object: stored, before });
      return stored;
    },
    remove: (resource, key) => {
      const before = objectsOf(resource).get(key);
      if (before === undefined) return undefined;
      version += 1;
      objectsOf(resource).delete(key);
      const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } };
      commit({ type: 'DELETED', version, resource, key, object, before });
      return object;
    },
    since,
    listAt: (resource, at) => {
      const undo = since(at)?.filter((change) => change.resource === resource);
      if (undo === undefined) return undefined;
      const past = new Map(resources.get(resource) ?? []);
      for (const change of undo.toReversed()) {
        if (change.before === undefined) past.delete(change.key);
        else past.set(change.key, change.before);
      }
      return sortedValues(past);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function sortedValues(objects: ReadonlyMap<string, KubeObject>): readonly KubeObject[] {
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}
