import { isSecret, type KubeObject } from '../../shared/model/object.ts';
import { isMap, mapAt } from '../model/json-map.ts';

/** Members of `metadata` that live objects have and manifests must not bring along. */
const serverMembers = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'ownerReferences',
  'selfLink',
];

/** Those of them that say something of another cluster: an export brings them, and dropping them must be said. */
const toldMembers = ['ownerReferences', 'uid', 'resourceVersion'];

/** The object without what only a server writes. An owner of another cluster would have it deleted again and again. */
export function withoutServerFields(object: KubeObject): KubeObject {
  const kept = Object.entries(object.metadata).filter(
    ([name, value]) => !serverMembers.includes(name) && value !== null,
  );
  const metadata = { ...Object.fromEntries(kept), name: object.metadata.name };
  return { ...without(object, 'status'), metadata };
}

/** The fields that are dropped and that their author may have meant, as paths. */
export function droppedFields(object: KubeObject): string[] {
  const members = toldMembers.filter((name) => hasContent(object.metadata[name])).map((name) => `metadata.${name}`);
  return hasContent(object['status']) ? [...members, 'status'] : members;
}

// Generated manifests are full of empty leftovers, which say nothing.
function hasContent(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (Array.isArray(value)) return value.some(hasContent);
  return isMap(value) ? Object.values(value).some(hasContent) : true;
}

/**
 * A Secret with its `stringData` in `data`, where the server moves it: only so is a key that is removed deleted, and a value
 * that another hand changes repaired.
 */
export function withEncodedData(object: KubeObject): KubeObject {
  const texts = mapAt(object, 'stringData');
  if (!isSecret(object) || texts === undefined) return object;
  const encoded = Object.entries(texts).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]);
  return { ...without(object, 'stringData'), data: { ...mapAt(object, 'data'), ...Object.fromEntries(encoded) } };
}

function without(object: KubeObject, name: string): KubeObject {
  const { apiVersion, kind, metadata } = object;
  return {
    apiVersion,
    kind,
    metadata,
    ...Object.fromEntries(Object.entries(object).filter(([member]) => member !== name)),
  };
}
