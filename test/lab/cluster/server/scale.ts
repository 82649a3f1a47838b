import { badRequest, conflict, invalid, modified, noSuchResource, otherUid } from '../api/errors.ts';
import type { Resource, ScalePaths } from '../api/kinds.ts';
import { readObject, subjectOf } from '../api/world.ts';
import { updateObject } from '../api/write.ts';
import type { Call, World } from '../api/world.ts';
import { at, isObject, objectAt, objectsAt, textAt, withAt } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';

/** The Scale (autoscaling/v1) of an object. */
export function readScale(world: World, call: Call): JsonObject {
  return scaleOf(call.resource, readObject(world, call));
}

/** Changes an object's replicas through its Scale; `change` answers the whole new Scale. */
export function updateScale(world: World, call: Call, change: (scale: JsonObject) => Json): JsonObject {
  const paths = pathsOf(call.resource);
  const updated = updateObject(world, { ...call, subresource: 'scale' }, (live) => {
    const next = change(scaleOf(call.resource, live));
    if (!isObject(next)) throw badRequest('a Scale is an object');
    const uid = textAt(next, 'metadata', 'uid');
    // The API server compares the uid for its own kinds only.
    if (!call.resource.custom && uid !== '' && uid !== live.metadata.uid) {
      throw otherUid(subjectOf(call), uid, live.metadata.uid ?? '');
    }
    const sent = textAt(next, 'metadata', 'resourceVersion');
    if (sent !== '' && sent !== live.metadata.resourceVersion) throw conflict(subjectOf(call), modified);
    return withAt(live, paths.spec, checkedReplicas(call, at(next, 'spec', 'replicas') ?? 0));
  });
  return scaleOf(call.resource, updated);
}

function checkedReplicas(call: Call, replicas: Json): number {
  if (typeof replicas !== 'number' || !Number.isInteger(replicas))
    throw badRequest('spec.replicas must be a whole number');
  if (replicas >= 0) return replicas;
  const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
  throw invalid({ group: 'autoscaling', kind: 'Scale', name: call.name }, [
    { reason: 'FieldValueInvalid', field: 'spec.replicas', message },
  ]);
}

function scaleOf(resource: Resource, object: KubeObject): JsonObject {
  const paths = pathsOf(resource);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector =
    paths.selector === undefined
      ? selectorText(objectAt(object, 'spec', 'selector'))
      : textAt(object, ...paths.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: at(object, ...paths.spec) ?? 0 },
    status: { replicas: at(object, ...paths.status) ?? 0, selector },
  };
}

function pathsOf(resource: Resource): ScalePaths {
  if (resource.scale === undefined) throw noSuchResource();
  return resource.scale;
}

/** A LabelSelector in its text form. */
function selectorText(selector: JsonObject): string {
  const pairs = Object.entries(objectAt(selector, 'matchLabels')).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : ''}`,
  );
  const expressions = objectsAt(selector, 'matchExpressions').map((expression) => {
    const values = (expression['values'] as readonly string[] | undefined) ?? [];
    const key = textAt(expression, 'key');
    const operator = textAt(expression, 'operator');
    if (operator === 'Exists') return key;
    return operator === 'DoesNotExist' ? `!${key}` : `${key} ${operator.toLowerCase()} (${values.join(',')})`;
  });
  return [...pairs, ...expressions].join(',');
}
