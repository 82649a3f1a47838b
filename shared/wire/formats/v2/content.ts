import { z } from 'zod';
import { byCodeUnit } from '../../../lib/order.ts';
import { asSluiceError, SluiceError } from '../../../errors.ts';
import { parseObjectId, type ObjectId } from '../../../model/object.ts';
import { check, encode, parse } from '../../codec.ts';
import { objectPath } from '../../layout.ts';
import type { AppContent, BundleObject } from '../../revision.ts';
import { counter, digest, dnsName, objectIdText, pointer } from '../../schema.ts';

/** A name of a revision: how a copy is called, and what carries it says it. */
const copy = dnsName;
const component = z.string();

const policy = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('apply-once'), fields: z.array(pointer).optional() }),
  z.strictObject({ type: z.enum(['read-only', 'take-over', 'shared-resource']) }),
  z.strictObject({
    type: z.literal('resource-update'),
    op: z.enum(['patch', 'replace']),
    recreateFields: z.array(pointer),
  }),
]);

const object = z.strictObject({
  id: objectIdText,
  digest,
  bytes: counter,
  component: component.optional(),
  copy: copy.optional(),
  stage: z.enum(['pre', 'post']).optional(),
  policies: z.array(policy).optional(),
});

const target = z.strictObject({
  rule: z.number().int().min(0),
  copy,
  component,
  service: objectIdText,
  weight: z.number().int().min(0).max(100),
  pointer: pointer.optional(),
});

const application = z.strictObject({
  format: z.literal(2),
  namespace: dnsName,
  name: dnsName,
  target: dnsName.optional(),
  copies: z.array(copy),
  objects: z.array(object),
  dependsOn: z.record(component, z.array(component)).optional(),
  replicas: z.array(
    z.strictObject({ id: objectIdText, pointer, value: z.number().int().min(0), copy: copy.optional() }),
  ),
  traffic: z.array(
    z.strictObject({
      provider: z.enum(['istio', 'gateway-api', 'ingress']),
      id: objectIdText,
      targets: z.array(target),
    }),
  ),
  kept: z.array(z.strictObject({ id: objectIdText, until: z.enum(['appDeleted', 'never']) })).optional(),
  ready: z
    .array(z.strictObject({ id: objectIdText, pointer, equals: z.union([z.string(), z.number(), z.boolean()]) }))
    .optional(),
});

/** The shape of an application's document in format 2. */
export const contentSchema = application;

/** The bytes of an application's document: the same for the same content, on whatever cluster. */
export function encodeContent(content: Omit<AppContent, 'digest' | 'bytes'>): Buffer {
  const { namespace, name, target, revisions, replicas, traffic, objects, dependsOn, kept, ready } = content;
  const copies = copiesOf(content);
  return encode({
    format: 2,
    namespace,
    name,
    target,
    copies: revisions.map((one) => one.name),
    objects: objects.map((one) => ({ ...withoutPath(one), copy: copies.get(one.id) })),
    dependsOn,
    replicas: replicas.map(({ revision, ...one }) => ({ ...one, copy: revision })),
    traffic: traffic.map((one) => ({
      ...one,
      targets: one.targets.map(({ revision, ...rest }) => ({ ...rest, copy: revision })),
    })),
    kept,
    ready,
  });
}

/** Reads an application's document strictly; throws WIRE_INVALID. */
export function decodeContent(bytes: Uint8Array, subject: string): Omit<AppContent, 'digest' | 'bytes'> {
  const { copies, objects, replicas, traffic, ...unit } = check(application, parse(bytes, subject), subject);
  const members = new Map(copies.map((name) => [name, [] as ObjectId[]]));
  if (members.size < copies.length) throw invalid('a copy comes twice', subject);
  for (const { id, copy: name } of objects) {
    if (name === undefined) continue;
    const ids = members.get(name);
    if (ids === undefined) throw invalid('an object is of a copy that is not listed', id);
    ids.push(id);
  }
  const { namespace, name, target, dependsOn, kept, ready } = unit;
  return {
    namespace,
    name,
    ...(target !== undefined && { target }),
    ...(dependsOn !== undefined && { dependsOn }),
    ...(kept !== undefined && { kept }),
    ...(ready !== undefined && { ready }),
    revisions: [...members].map(([name, ids]) => ({ name, objects: ids.sort(byCodeUnit) })),
    replicas: replicas.map(({ copy: revision, ...one }) => ({ ...one, ...(revision !== undefined && { revision }) })),
    traffic: traffic.map((one) => ({
      ...one,
      targets: one.targets.map(({ copy: revision, ...more }) => ({ ...more, revision })),
    })),
    objects: objects.map((one) => objectOf(one, unit)),
  };
}

/** How many bytes the objects of a content have; throws INTERNAL for a content that was read in format 1. */
export function objectBytes({ objects }: Pick<AppContent, 'objects'>): number {
  return objects.reduce((sum, object) => sum + bytesOf(object), 0);
}

function bytesOf({ id, bytes }: BundleObject): number {
  if (bytes !== undefined) return bytes;
  throw new SluiceError('INTERNAL', 'format 2 names the size of each object', { subject: id });
}

function withoutPath(object: BundleObject): Omit<BundleObject, 'path'> {
  const { id, digest: name, component: of, stage, policies } = object;
  return { id, digest: name, bytes: bytesOf(object), component: of, stage, policies };
}

function objectOf(one: z.infer<typeof object>, unit: Pick<AppContent, 'namespace' | 'name'>): BundleObject {
  const { id, digest: name, bytes, component: of, stage, policies } = one;
  return {
    ...{ id, path: pathOf(unit, id), digest: name, bytes },
    ...(of !== undefined && { component: of }),
    ...(stage !== undefined && { stage }),
    ...(policies !== undefined && { policies }),
  };
}

function copiesOf({ revisions }: Pick<AppContent, 'revisions'>): ReadonlyMap<ObjectId, string> {
  return new Map(revisions.flatMap(({ name, objects }) => objects.map((id) => [id, name] as const)));
}

/** The path follows from the id, so that nothing can say otherwise. */
function pathOf(app: Pick<AppContent, 'namespace' | 'name'>, id: ObjectId): string {
  try {
    return objectPath(app, parseObjectId(id));
  } catch (cause) {
    throw invalid(asSluiceError(cause).message, id);
  }
}

function invalid(message: string, subject: string): SluiceError {
  return new SluiceError('WIRE_INVALID', message, { subject });
}
