import { ApiError } from '../api/errors.ts';
import { removeObject } from '../api/remove.ts';
import { createObject, updateObject } from '../api/write.ts';
import type { Call, World } from '../api/world.ts';
import { equal } from '../json.ts';
import type { JsonObject, KubeObject, OwnerReference } from '../json.ts';

/** What a controller may use. */
export interface Context {
  readonly world: World;
  readonly readyDelayMs: number;
  /** The names of the cluster's nodes. */
  readonly nodes: readonly string[];
  /** The objects of a resource that name this owner. */
  owned(owner: KubeObject, resource: string): readonly KubeObject[];
  /** Looks at an object again after some time. */
  later(ms: number, resource: string, object: KubeObject): void;
}

/** Brings the world nearer to what an object asks for; called again after every change. */
export type Reconcile = (context: Context, object: KubeObject) => void;

const manager = 'kube-controller-manager';

/** Creates an object of a built-in kind; undefined when that is refused (it exists, its namespace ends). */
export function create(
  context: Context,
  resource: string,
  object: JsonObject & Pick<KubeObject, 'metadata'>,
): KubeObject | undefined {
  const call = callFor(context, resource, object);
  return call && attempt(() => createObject(context.world, call, object));
}

/** Writes an object's status; undefined when the object is gone. */
export function writeStatus(
  context: Context,
  resource: string,
  object: KubeObject,
  status: JsonObject,
): KubeObject | undefined {
  if (equal(object['status'], status)) return object;
  return changeStatus(context, resource, object, (live) => ({ ...live, status }));
}

/** Changes an object through its status, where annotations can be written too; undefined when it is gone. */
export function changeStatus(
  context: Context,
  resource: string,
  object: KubeObject,
  edit: (live: KubeObject) => JsonObject,
): KubeObject | undefined {
  const call = callFor(context, resource, object);
  return call && attempt(() => updateObject(context.world, { ...call, subresource: 'status' }, edit));
}

/** Changes an object; undefined when it is gone. */
export function change(
  context: Context,
  resource: string,
  object: KubeObject,
  edit: (live: KubeObject) => JsonObject,
): KubeObject | undefined {
  const call = callFor(context, resource, object);
  return call && attempt(() => updateObject(context.world, call, edit));
}

/** Deletes an object in the background manner. */
export function remove(context: Context, resource: string, object: KubeObject): void {
  const call = callFor(context, resource, object);
  if (call) attempt(() => removeObject(context.world, call, { uid: object.metadata.uid ?? '' }));
}

/** The reference by which an object says that `owner` controls it. */
export function controllerRef(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}

function callFor(context: Context, resource: string, object: Pick<KubeObject, 'metadata'>): Call | undefined {
  const found = context.world.resources.byId(resource);
  const [version] = found?.versions ?? [];
  if (found === undefined || version === undefined) return undefined;
  const { name, namespace } = object.metadata;
  return { resource: found, version, namespace: namespace ?? '', name, manager };
}

/** A refusal is no fault of a controller: the change that caused it brings the object back here. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
