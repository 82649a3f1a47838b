import type { Resource } from '../api/kinds.ts';
import { ApiError } from '../api/errors.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import { without } from '../json.ts';
import { tableOf } from './table.ts';

/** The shapes in which a client may ask for objects. */
export interface View {
  readonly shape: 'object' | 'metadata' | 'table';
  readonly version: string;
  /** What a table's rows carry: Metadata, Object or None. */
  readonly include: string;
  readonly now: number;
}

/** The view that an Accept header asks for; 406 when none of it is known. */
export function viewOf(accept: string | undefined, rest: Pick<View, 'version' | 'include' | 'now'>): View {
  const ranges = accept === undefined || accept === '' ? '*/*' : accept;
  for (const range of ranges.split(',')) {
    const shape = shapeOf(range.split(';').map((part) => part.trim()));
    if (shape !== undefined) return { shape, ...rest };
  }
  throw new ApiError(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
}

function shapeOf([media = '', ...parameters]: readonly string[]): View['shape'] | undefined {
  if (!['application/json', '*/*', 'application/*'].includes(media)) return undefined;
  const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
  if (as === undefined) return 'object';
  if (!parameters.includes('v=v1')) return undefined;
  return as === 'Table' ? 'table' : as.startsWith('PartialObjectMetadata') ? 'metadata' : undefined;
}

/** One object as the view shows it. */
export function showObject(resource: Resource, object: KubeObject, view: View): JsonObject {
  switch (view.shape) {
    case 'metadata':
      return partial(object);
    case 'table':
      return tableOf(resource, [atVersion(resource, object, view.version)], {
        metadata: { resourceVersion: object.metadata.resourceVersion },
        ...view,
      });
    case 'object':
      return atVersion(resource, object, view.version);
  }
}

/** A list of objects as the view shows it; `metadata` is the list's. */
export function showList(
  resource: Resource,
  objects: readonly KubeObject[],
  { metadata, view }: { readonly metadata: JsonObject; readonly view: View },
): JsonObject {
  if (view.shape === 'metadata') {
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: objects.map(partial) };
  }
  const items = objects.map((object) => atVersion(resource, object, view.version));
  if (view.shape === 'table') return tableOf(resource, items, { metadata, ...view });
  const head = { kind: resource.listKind, apiVersion: groupVersion(resource, view.version), metadata };
  return { ...head, items: resource.custom ? items : items.map((item) => without(item, 'apiVersion', 'kind')) };
}

/** The apiVersion of a resource at a version of its group. */
export function groupVersion(resource: Resource, version: string): string {
  return resource.group === '' ? version : `${resource.group}/${version}`;
}

function atVersion(resource: Resource, object: KubeObject, version: string): KubeObject {
  const apiVersion = groupVersion(resource, version);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

function partial(object: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
