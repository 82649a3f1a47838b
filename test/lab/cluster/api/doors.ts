import type { Typing } from '../apply/managed.ts';
import { at, equal, without } from '../json.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import type { Resource } from './kinds.ts';

/** The part of an object that a request writes: the main resource or one of its subresources. */
export type Subresource = 'status' | 'scale';

/** How writes through a door are accounted for. */
export function typingOf(resource: Resource, subresource: Subresource | undefined): Typing {
  return { schema: resource.schema, skeleton: resource.skeleton, owns: ownership(resource, subresource) };
}

/** What of `next` may be written through the door onto `live`; the rest stays as it is. */
export function throughDoor(
  resource: Resource,
  subresource: Subresource | undefined,
  { live, next }: { readonly live: KubeObject; readonly next: KubeObject },
): KubeObject {
  if (subresource !== 'status') {
    if (!resource.status) return next;
    const { status } = live;
    return (status === undefined ? without(next, 'status') : { ...next, status }) as KubeObject;
  }
  const metadata = resource.custom ? live.metadata : { ...next.metadata, ...labelsOf(live) };
  return { ...live, metadata, status: next['status'] };
}

/** True when a change is one of intent, so that the generation has to rise. */
export function changesIntent(resource: Resource, before: KubeObject, after: KubeObject): boolean {
  const intent = (object: KubeObject): JsonObject =>
    without(object, 'metadata', 'apiVersion', resource.status ? 'status' : '');
  if (!equal(intent(before), intent(after))) return true;
  // The Deployment controller copies annotations, so that they are intent too.
  return (
    resource.id === 'deployments.apps' &&
    !equal(at(before, 'metadata', 'annotations'), at(after, 'metadata', 'annotations'))
  );
}

function ownership(resource: Resource, subresource: Subresource | undefined): (field: string) => boolean {
  if (subresource !== 'status') return (field) => field !== 'status' || !resource.status;
  return resource.custom ? (field) => field === 'status' : (field) => field === 'status' || field === 'metadata';
}

function labelsOf(object: KubeObject): JsonObject {
  return { labels: object.metadata.labels };
}
