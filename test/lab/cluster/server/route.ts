import type { Resource } from '../api/kinds.ts';
import type { Resources } from '../api/resources.ts';

/** What a path of the API names. */
export interface Target {
  readonly resource: Resource;
  readonly version: string;
  /** Empty for cluster-scoped objects and for all namespaces. */
  readonly namespace: string;
  /** Empty for the collection. */
  readonly name: string;
  readonly subresource: string;
}

/** What `/api/v1/...` and `/apis/GROUP/VERSION/...` name; undefined when nothing of that is served. */
export function targetOf(path: string, resources: Resources): Target | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const [group, version, rest] =
    parts[0] === 'api' ? ['', parts[1], parts.slice(2)] : [parts[1], parts[2], parts.slice(3)];
  if (group === undefined || version === undefined) return undefined;
  const { namespace, tail } = namespaceOf(rest);
  const [plural = '', name = '', subresource = '', ...more] = tail;
  const resource = resources.served(group, version, plural);
  if (resource === undefined || more.length > 0 || (namespace !== '' && !resource.namespaced)) return undefined;
  return { resource, version, namespace, name, subresource };
}

function namespaceOf(parts: readonly string[]): { readonly namespace: string; readonly tail: readonly string[] } {
  const [first, namespace = '', third] = parts;
  const own = third === undefined || third === 'status' || third === 'finalize';
  return first === 'namespaces' && !own ? { namespace, tail: parts.slice(2) } : { namespace: '', tail: parts };
}
