import { isSluiceError } from '../../shared/errors.ts';
import type { ObjectRef } from '../../shared/model/object.ts';
import { conditionOf, get } from '../model/fields.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import type { KubeResource } from '../model/kube.ts';
import { documentOf, type LegacyResources } from './discovery.ts';
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
 * True while a kind is defined, served or not: its CustomResourceDefinition is there, or its group has an API server that does not
 * say that it lacks the kind. Discovery alone does not prove that a kind is gone: it says the same of one that is not served for a
 * moment, and of all while the API server starts.
 */
export async function isDefined(
  session: Session,
  { group, kind }: Pick<ObjectRef, 'group' | 'kind'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (group === '') return !(await lacks(session, documentOf('', 'v1').path, kind, signal));
  const defines = (object: KubeObject) => get(object, 'spec', 'names', 'kind') === kind;
  if (await isAny(session, { resource: definitions, group, is: defines }, signal)) return true;
  const mayServe = async (service: KubeObject): Promise<boolean> => {
    // An API server of its own that answers says itself that it has not the kind.
    if (get(service, 'spec', 'service') != null) return conditionOf(service, 'Available')?.status !== 'True';
    const [version = ''] = service.metadata.name.split('.');
    return !(await lacks(session, documentOf(group, version).path, kind, signal));
  };
  try {
    return await isAny(session, { resource: services, group, is: mayServe }, signal);
  } catch (error) {
    // A cluster without aggregation has no API servers of their own.
    if (isSluiceError(error, 'KIND_UNKNOWN')) return false;
    throw error;
  }
}

/** True where a version of a group of the API server itself tells other kinds, and not this one. */
async function lacks(session: Session, path: string, kind: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { resources } = ((await session.json({ path, signal })) ?? {}) as LegacyResources;
    const kinds = Array.isArray(resources) ? (resources as readonly { kind: string }[]).map((one) => one.kind) : [];
    return kinds.length > 0 && !kinds.includes(kind);
  } catch (error) {
    if (isSluiceError(error, 'KIND_UNKNOWN', 'NOT_FOUND')) return false;
    throw error;
  }
}

/** Both kinds are named `SOMETHING.GROUP`: the few of the group are read whole. */
async function isAny(
  session: Session,
  wanted: {
    readonly resource: KubeResource;
    readonly group: string;
    readonly is: (object: KubeObject) => boolean | Promise<boolean>;
  },
  signal: AbortSignal,
): Promise<boolean> {
  const { resource, group, is } = wanted;
  const { items } = await listObjects(session, resource, { metadataOnly: true, signal });
  for (const { metadata } of items.filter((one) => one.metadata.name.endsWith(`.${group}`))) {
    try {
      if (await is(await getObject(session, { resource, namespace: '', name: metadata.name }, signal))) return true;
    } catch (error) {
      if (!isSluiceError(error, 'NOT_FOUND')) throw error;
    }
  }
  return false;
}
