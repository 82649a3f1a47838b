import type { Kube } from '../../model/kube.ts';
import { SluiceError } from '../../../shared/errors.ts';

/** What a fence asks before every write. */
export interface FenceOptions {
  readonly isHeld: () => boolean;
  /** Called before and after every write. */
  readonly onStep: (step: string) => void | Promise<void>;
}

/** The same cluster, in which no write starts once the Lease's deadline has passed (I7). Throws LEASE_LOST then. */
export function fenced(kube: Kube, options: FenceOptions): Kube {
  const guard = async <T>(step: string, write: () => Promise<T>): Promise<T> => {
    await options.onStep(`before ${step}`);
    if (!options.isHeld()) throw new SluiceError('LEASE_LOST', 'another agent may hold the lease: nothing is written');
    const result = await write();
    await options.onStep(`after ${step}`);
    return result;
  };
  return {
    ...kube,
    create: (resource, object, o) => guard(`create ${object.kind}`, () => kube.create(resource, object, o)),
    update: (resource, object, uid, o) => guard(`update ${object.kind}`, () => kube.update(resource, object, uid, o)),
    apply: (resource, object, o) => guard(`apply ${object.kind}`, () => kube.apply(resource, object, o)),
    setManagedFields: (key, meta, o) =>
      guard(`take fields of ${key.resource.kind}`, () => kube.setManagedFields(key, meta, o)),
    delete: (key, o) => guard(`delete ${key.resource.kind}`, () => kube.delete(key, o)),
    post: (resource, object, signal) => guard(`post ${object.kind}`, () => kube.post(resource, object, signal)),
    put: (resource, object, signal) => guard(`put ${object.kind}`, () => kube.put(resource, object, signal)),
    as: (user) => fenced(kube.as(user), options),
    scale: (key, replicas, o) => guard(`scale ${key.resource.kind}`, () => kube.scale(key, replicas, o)),
  };
}
