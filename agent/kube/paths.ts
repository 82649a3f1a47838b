import { SluiceError } from '../../shared/errors.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import type { KubeKey, KubeResource } from '../model/kube.ts';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `v1` or `GROUP/VERSION`. */
export function apiVersionOf({ group, version }: KubeResource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The path of a collection; of all namespaces when `namespace` is empty or absent. */
export function collectionPath(resource: KubeResource, namespace: string | undefined, query: Query = {}): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${resource.plural}${queryOf(query)}`;
}

/** The path of one object, or of a subresource of it; throws OBJECT_INVALID for a key that names a collection instead. */
export function objectPath({ resource, namespace, name }: KubeKey, query: Query = {}, subresource = ''): string {
  if (name === '' || name === '.' || name === '..') {
    throw new SluiceError('OBJECT_INVALID', `a ${resource.kind} needs a name`, {
      subject: `${resource.plural}/${name}`,
    });
  }
  if (resource.namespaced && namespace === '') {
    throw new SluiceError('OBJECT_INVALID', `a ${resource.kind} needs a namespace`, {
      subject: `${resource.plural}/${name}`,
    });
  }
  const tail = subresource === '' ? '' : `/${subresource}`;
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}${tail}${queryOf(query)}`;
}

/** The key of an object of a resource. */
export function keyOf(resource: KubeResource, { metadata }: KubeObject): KubeKey {
  return { resource, namespace: resource.namespaced ? (metadata.namespace ?? '') : '', name: metadata.name };
}

function queryOf(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
