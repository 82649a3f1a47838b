import { isSluiceError, SluiceError } from '../../shared/errors.ts';
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
  return asObject(key.resource, await session.json({ path: objectPath(key), signal }), `GET ${objectPath(key)}`);
}

/** One object's metadata, under its own kind. */
export async function getMeta(session: Session, key: KubeKey, signal: AbortSignal): Promise<KubeMeta> {
  const path = objectPath(key);
  return asObject(key.resource, await session.json({ path, accept: partialObject, signal }), `GET ${path}`);
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
  return pageIn(await session.json({ path, accept, signal }), path);
}

/** An answer that is an object of Kubernetes, under its own kind; throws UNAVAILABLE for what a proxy says in its place. */
export function asObject(resource: KubeResource, value: unknown, request: string): KubeObject {
  const { metadata } = asMap(value);
  if (typeof asMap(metadata)['name'] === 'string') return asKind(resource, value);
  throw notKubernetes(request);
}

/** The same of a page of a list: an empty one would mean that all objects are gone. */
function pageIn(value: unknown, path: string): Page {
  const { metadata, items } = asMap(value);
  const isList = Array.isArray(items) || items === null;
  if (isList && metadata !== null && typeof metadata === 'object') return value as Page;
  throw notKubernetes(`GET ${path}`);
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>) : {};
}

function notKubernetes(request: string): SluiceError {
  return new SluiceError(
    'UNAVAILABLE',
    'the API server answered JSON that is neither an object nor a list of Kubernetes',
    {
      subject: request.split('?')[0] ?? request,
      hint: 'see whether a proxy answers in its place',
    },
  );
}
