import { isSluiceError } from '../../shared/errors.ts';
import type { ObjectRef } from '../../shared/model/object.ts';
import { conditionOf, get } from '../model/fields.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import type { KubeResource } from '../model/kube.ts';
import { getObject, listObjects } from './read.ts';
import type { Session } from './session.ts';

const inCluster = { version: 'v1', namespaced: false, verbs: ['get', 'list'], subresources: [] } as const;

const definitions: KubeResource = {
  ...inCluster,
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};
const services: KubeResource = {
  ...inCluster,
  group: 'apiregistration.k8s.io',
  kind: 'APIService',
  plural: 'apiservices',
};

/**
 * True while a kind is defined, served or not: its CustomResourceDefinition is there, or its group belongs to an API server of its
 * own that is not available. Discovery alone does not prove that a kind is gone: it says the same of one that is not served for a
 * moment, and of all while the API server starts.
 */
export async function isDefined(
  session: Session,
  { group, kind }: Pick<ObjectRef, 'group' | 'kind'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (group === '') return false;
  const defines = (object: KubeObject) => get(object, 'spec', 'names', 'kind') === kind;
  if (await isAny(session, { resource: definitions, group, is: defines }, signal)) return true;
  try {
    return await isAny(session, { resource: services, group, is: isElsewhere }, signal);
  } catch (error) {
    // A cluster without aggregation has no API servers of their own.
    if (isSluiceError(error, 'KIND_UNKNOWN')) return false;
    throw error;
  }
}

/** An API server that answers says itself that it has not the kind. */
function isElsewhere(object: KubeObject): boolean {
  return get(object, 'spec', 'service') != null && conditionOf(object, 'Available')?.status !== 'True';
}

/** Both kinds are named `SOMETHING.GROUP`: the few of the group are read whole. */
async function isAny(
  session: Session,
  wanted: { readonly resource: KubeResource; readonly group: string; readonly is: (object: KubeObject) => boolean },
  signal: AbortSignal,
): Promise<boolean> {
  const { resource, group, is } = wanted;
  const { items } = await listObjects(session, resource, { metadataOnly: true, signal });
  for (const { metadata } of items.filter((one) => one.metadata.name.endsWith(`.${group}`))) {
    try {
      if (is(await getObject(session, { resource, namespace: '', name: metadata.name }, signal))) return true;
    } catch (error) {
      if (!isSluiceError(error, 'NOT_FOUND')) throw error;
    }
  }
  return false;
}
