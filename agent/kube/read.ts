import { isSluiceError } from '../../shared/errors.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import type { Kube, KubeKey, KubeMeta, KubeResource } from '../model/kube.ts';
import { apiVersionOf, collectionPath, objectPath } from './paths.ts';
import type { Session } from './session.ts';

/** Asks for metadata only, of one object. */
export const partialObject = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
/** Asks for metadata only, of a list. */
const partialList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** Page sizes from the usual to the smallest: the next one is taken when a page does not fit the byte limit. */
const pageSizes = [500, 50, 5] as const;

/** One whole object. */
export async function getObject(session: Session, key: KubeKey, signal: AbortSignal): Promise<KubeObject> {
  return asKind(key.resource, await session.json({ path: objectPath(key), signal }));
}

/** One object's metadata, under its own kind. */
export async function getMeta(session: Session, key: KubeKey, signal: AbortSignal): Promise<KubeMeta> {
  return asKind(key.resource, await session.json({ path: objectPath(key), accept: partialObject, signal }));
}

/** All objects of a resource, page by page; starts again, once, when the server no longer knows the page that comes next. */
export const listObjects = async (
  session: Session,
  ...[resource, options]: Parameters<Kube['list']>
): ReturnType<Kube['list']> => {
  try {
    return await listOnce(session, resource, options);
  } catch (error) {
    if (!isSluiceError(error, 'GONE')) throw error;
    return await listOnce(session, resource, options);
  }
};

/** Built-in lists leave apiVersion and kind out of their items, and metadata comes under a kind of its own. */
export function asKind(resource: KubeResource, value: unknown): KubeObject {
  return { ...(value as KubeObject), apiVersion: apiVersionOf(resource), kind: resource.kind };
}

interface Page {
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
  readonly items?: readonly unknown[] | null;
}

const listOnce = async (
  session: Session,
  ...[resource, options]: Parameters<Kube['list']>
): ReturnType<Kube['list']> => {
  const items: KubeObject[] = [];
  let size = 0;
  let next = '';
  for (;;) {
    try {
      const page = await getPage(session, resource, options, { continue: next, limit: pageSizes[size] ?? 1 });
      const { continue: following = '', resourceVersion = '' } = page.metadata ?? {};
      for (const item of page.items ?? []) items.push(asKind(resource, item));
      if (following === '') return { items, resourceVersion };
      next = following;
    } catch (error) {
      if (!isSluiceError(error, 'LIMIT_EXCEEDED') || size + 1 >= pageSizes.length) throw error;
      size += 1;
    }
  }
};

async function getPage(
  session: Session,
  resource: KubeResource,
  { namespace, labelSelector, metadataOnly, signal }: Parameters<Kube['list']>[1],
  place: { readonly continue: string; readonly limit: number },
): Promise<Page> {
  const path = collectionPath(resource, namespace, { labelSelector, ...place });
  const accept = metadataOnly ? partialList : 'application/json';
  return (await session.json({ path, accept, signal })) as Page;
}
