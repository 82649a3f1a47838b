import { mismatches, pruned } from '../apply/check.ts';
import type { Mismatch } from '../apply/check.ts';
import { isObject, objectAt, textAt } from '../json.ts';
import type { JsonObject, KubeObject, ManagedEntry, Meta } from '../json.ts';
import { ApiError, badRequest, conflict, invalid, modified } from './errors.ts';
import type { Call } from './world.ts';
import { apiVersionOf, kindSubject, subjectOf } from './world.ts';

/** The body as an object of the call: its kind, namespace and name are the path's, or the request is refused. */
export function identified(call: Call, body: JsonObject, creating: boolean): KubeObject {
  const { resource } = call;
  const apiVersion = apiVersionOf(call);
  const version = textAt(body, 'apiVersion') || apiVersion;
  const kind = textAt(body, 'kind') || resource.kind;
  if (version !== apiVersion || kind !== resource.kind) {
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${resource.kind} in version "${apiVersion}"`,
    );
  }
  const metadata = checkedMeta(body);
  const name = metadata.name;
  const namespace = metadata.namespace ?? call.namespace;
  if (namespace !== call.namespace)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  if (!creating && name !== '' && name !== call.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`);
  const place = call.namespace === '' ? {} : { namespace };
  return {
    ...body,
    apiVersion,
    kind: resource.kind,
    metadata: { ...metadata, ...place, name: creating ? name : call.name },
  };
}

function checkedMeta(body: JsonObject): Meta {
  const { metadata } = body;
  if (metadata !== undefined && metadata !== null && !isObject(metadata))
    throw badRequest('metadata must be an object');
  const given = Object.fromEntries(Object.entries(objectAt(body, 'metadata')).filter(([, value]) => value !== null));
  for (const field of ['labels', 'annotations']) {
    const map = given[field];
    if (map === undefined) continue;
    const texts = isObject(map) && Object.values(map).every((value) => typeof value === 'string');
    if (!texts) throw badRequest(`unable to decode: metadata.${field} must be a map of strings`);
  }
  return { ...given, name: typeof given['name'] === 'string' ? given['name'] : '' };
}

/** The object as the API server decodes it: undeclared fields are dropped, or refused with 400 when the request is strict. */
export function decoded(call: Call, sent: KubeObject): KubeObject {
  const wrong = mismatches(sent, call.resource.schema);
  const type = wrong.find(({ kind }) => kind === 'type');
  // The values of a custom object are judged by its own schema, with 422.
  if (type !== undefined && (!call.resource.custom || type.path.startsWith('.metadata'))) {
    throw badRequest(
      `${sent.kind} in version "${call.version}" cannot be handled as a ${sent.kind}: ${describe(type)}`,
    );
  }
  const unknown = wrong.filter(({ kind }) => kind === 'unknown');
  if (unknown.length === 0) return sent;
  if (call.strict !== true) return pruned(sent, call.resource.schema) as KubeObject;
  throw badRequest(
    `${sent.kind} in version "${call.version}" cannot be handled as a ${sent.kind}: strict decoding error: ${unknown.map(({ path }) => `unknown field "${path.slice(1)}"`).join(', ')}`,
  );
}

/** An applied configuration has to fit the schema, strict or not: the API server answers 500 without a reason. */
export function requireDeclared(call: Call, sent: KubeObject): void {
  const wrong = mismatches(sent, call.resource.schema);
  if (wrong.length === 0) return;
  const texts = wrong.map(describe);
  const list = texts.length === 1 ? (texts[0] ?? '') : `errors:\n${texts.map((text) => `  ${text}`).join('\n')}`;
  const object = `(${call.namespace}/${call.name}; ${apiVersionOf(call)}, Kind=${call.resource.kind})`;
  throw new ApiError(500, '', `failed to create typed patch object ${object}: ${list}`);
}

/** A resourceVersion or uid in what was sent has to be the live one: 409, 422. */
export function checkVersions(call: Call, sent: KubeObject, live: KubeObject): void {
  const { resourceVersion, uid } = sent.metadata;
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion)
    throw conflict(subjectOf(call), modified);
  if (uid !== undefined && uid !== '' && uid !== live.metadata.uid) {
    throw invalid(kindSubject(call), [
      {
        reason: 'FieldValueInvalid',
        field: 'metadata.uid',
        message: `Invalid value: ${JSON.stringify(uid)}: field is immutable`,
      },
    ]);
  }
}

/** The claims that an update starts from: those it sends, else the live ones; `[{}]` gives all up. */
export function claimsOf(call: Call, sent: KubeObject, live: KubeObject): readonly ManagedEntry[] {
  const given = sent.metadata.managedFields ?? [];
  const kept = live.metadata.managedFields ?? [];
  if (call.subresource !== undefined || given.length === 0) return kept;
  const [only] = given;
  if (given.length === 1 && only !== undefined && Object.keys(only).length === 0) return [];
  return given.every((entry) => typeof entry.manager === 'string') ? given : kept;
}

function describe({ kind, path, expected }: Mismatch): string {
  return kind === 'unknown' ? `${path}: field not declared in schema` : `${path}: expected ${expected}`;
}
