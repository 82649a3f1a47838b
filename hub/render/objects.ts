import { canonicalJson } from '../../shared/lib/canonical.ts';
import { factsOf, type Scope } from '../../shared/model/kinds.ts';
import { asSluiceError } from '../../shared/errors.ts';
import { ignoredPointers } from '../../shared/model/ignored.ts';
import { owner } from '../../shared/model/names.ts';
import { groupOf, idOf, isSecret, type KubeObject } from '../../shared/model/object.ts';
import type { RenderFault } from '../model/fault.ts';
import type { Manifest } from '../sources/source.ts';
import { isScopeKnown, scopeOf } from './scope.ts';
import { droppedFields, withEncodedData, withoutServerFields } from './server-fields.ts';
import { isMap, listAt, valueAt, type JsonMap } from '../model/json-map.ts';

const agentAnnotations: readonly string[] = [owner.registration, owner.nonce, owner.application];

/**
 * Turns manifests into objects: checked for what every object needs, Lists opened, namespaces set, and fields
 * that only a server or an agent may write left out, with a warning where that may matter. Collects every fault.
 */
export function toObjects(
  manifests: readonly Manifest[],
  namespace: string,
): {
  readonly objects: readonly KubeObject[];
  /** The manifest of each of them. */
  readonly manifests: ReadonlyMap<KubeObject, Manifest>;
  readonly faults: readonly RenderFault[];
  readonly warnings: readonly RenderFault[];
} {
  const flat = manifests.flatMap(opened);
  const scopes = definedScopes(flat);
  const made = new Map<KubeObject, Manifest>();
  const faults: RenderFault[] = [];
  const warnings: RenderFault[] = [];
  for (const manifest of flat) {
    const message = faultOf(manifest.value);
    if (message !== null) {
      const place = manifest.locate?.([]);
      const where = { path: manifest.path, ...(place !== undefined && { place }) };
      faults.push({ code: 'OBJECT_INVALID', message: `${message} (${manifest.origin})`, ...where });
      continue;
    }
    const written = manifest.value as KubeObject;
    const warning = droppedWarning(written, manifest);
    if (warning !== null) warnings.push(warning);
    const object = tidy(withEncodedData(withoutServerFields(written)), namespace, scopes);
    const long = nameFault(object);
    if (long !== null) faults.push({ ...long, path: manifest.path });
    else made.set(object, manifest);
  }
  return { objects: [...made.keys()], manifests: made, faults, warnings };
}

function droppedWarning(object: KubeObject, { path, origin }: Manifest): RenderFault | null {
  const dropped = droppedFields(object);
  if (dropped.length === 0) return null;
  return {
    code: 'OBJECT_INVALID',
    message: `${dropped.join(', ')} of ${object.kind} ${object.metadata.name} is left out: only a server writes it (${origin})`,
    path,
    hint: 'remove it from the manifest',
  };
}

/** The fault of an object whose name is longer than its kind allows, null when it fits. */
export function nameFault(object: KubeObject): Pick<RenderFault, 'code' | 'message' | 'hint'> | null {
  const { maxName: limit } = factsOf(idOf(object));
  const { name } = object.metadata;
  if (name.length <= limit) return null;
  return {
    code: 'NAME_TOO_LONG',
    message: `the name of ${object.kind} ${name} has ${name.length} characters, more than ${limit}`,
    hint: 'give the component or the application a shorter name',
  };
}

/** The first id that two of the objects share, null when all differ. */
export function repeatedId(objects: readonly KubeObject[]): string | null {
  const seen = new Set<string>();
  for (const object of objects) {
    const id = idOf(object);
    if (seen.has(id)) return id;
    seen.add(id);
  }
  return null;
}

/** The object in canonical form: keys sorted, a copy that shares no value with its source. */
export function canonicalObject(object: KubeObject): KubeObject {
  return JSON.parse(canonicalJson(object)) as KubeObject;
}

function opened(manifest: Manifest): Manifest[] {
  const { value } = manifest;
  if (!isMap(value) || !isList(value)) return [manifest];
  return listAt(value, 'items').flatMap((item, index) => opened(entryOf(manifest, typedItem(value, item), index)));
}

function entryOf({ path, origin, locate }: Manifest, value: unknown, index: number): Manifest {
  const inside = ['items', index];
  const own = locate === undefined ? {} : { locate: (rest: Manifest['path']) => locate([...inside, ...rest]) };
  return { value, origin, path: locate === undefined ? [...path, ...inside] : path, ...own };
}

// A List, or a list of one kind, as API servers and kustomize write them; an object of such a kind has a name.
function isList({ kind, items, metadata }: JsonMap): boolean {
  if (typeof kind !== 'string' || !kind.endsWith('List') || valueAt(metadata, 'name') !== undefined) return false;
  return Array.isArray(items) || items === null;
}

// The items of a typed list need not repeat what they are.
function typedItem({ apiVersion, kind }: JsonMap, item: unknown): unknown {
  return kind === 'List' || !isMap(item) ? item : { apiVersion, kind: String(kind).replace(/List$/, ''), ...item };
}

function definedScopes(manifests: readonly Manifest[]): ReadonlyMap<string, Scope> {
  const scopes = new Map<string, Scope>();
  for (const { value } of manifests) {
    if (!isMap(value) || value['kind'] !== 'CustomResourceDefinition') continue;
    const id = `${String(valueAt(value, 'spec', 'group'))}/${String(valueAt(value, 'spec', 'names', 'kind'))}`;
    scopes.set(id, valueAt(value, 'spec', 'scope') === 'Cluster' ? 'cluster' : 'namespace');
  }
  return scopes;
}

function faultOf(value: unknown): string | null {
  if (!isMap(value)) return 'not an object';
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || !/^([a-z0-9.-]+\/)?v[a-z0-9]+$/.test(apiVersion)) {
    return `apiVersion is ${apiVersion === undefined ? 'missing' : 'not one'}`;
  }
  if (typeof kind !== 'string' || !/^[A-Za-z][A-Za-z0-9]*$/.test(kind)) {
    return `kind is ${kind === undefined ? 'missing' : 'not one'}`;
  }
  if (metadata !== undefined && !isMap(metadata)) return `metadata of ${kind} is not a map`;
  return metadataFault(kind, metadata ?? {}) ?? stringDataFault({ ...value, apiVersion, kind });
}

function stringDataFault(value: JsonMap & { readonly apiVersion: string; readonly kind: string }): string | null {
  const name = String(valueAt(value, 'metadata', 'name'));
  return isSecret(value) ? textsFault(`stringData of Secret ${name}`, value['stringData']) : null;
}

function metadataFault(kind: string, metadata: JsonMap): string | null {
  const { name, namespace, labels, annotations } = metadata;
  return (
    nameProblem(kind, name, metadata['generateName']) ??
    (namespace === undefined || isNamespaceName(namespace)
      ? null
      : `${JSON.stringify(namespace)} of ${kind} ${String(name)} is not a namespace`) ??
    textsFault(`metadata.labels of ${kind} ${String(name)}`, labels) ??
    textsFault(`metadata.annotations of ${kind} ${String(name)}`, annotations) ??
    ignoredFault(annotations)
  );
}

// Most kinds require DNS names, RBAC allows more; these characters would break a request's path for every kind.
function nameProblem(kind: string, name: unknown, generated: unknown): string | null {
  if ((name === undefined || name === '') && generated !== undefined) {
    return `${kind} has a generateName, but a delivered object needs a name`;
  }
  if (name === undefined || name === '') return `metadata.name of ${kind} is missing`;
  const isName = typeof name === 'string' && /^[^\s/%]+$/.test(name) && name !== '.' && name !== '..';
  return isName ? null : `${JSON.stringify(name)} is not a name for a ${kind}`;
}

function isNamespaceName(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value);
}

function textsFault(what: string, values: unknown): string | null {
  if (values === undefined || values === null) return null;
  if (!isMap(values)) return `${what} is not a map`;
  const wrong = Object.keys(values).find((key) => typeof values[key] !== 'string');
  return wrong === undefined ? null : `${what} must map texts to texts: ${wrong} is none (put it in quotes)`;
}

function ignoredFault(annotations: unknown): string | null {
  try {
    ignoredPointers({ annotations: isMap(annotations) ? (annotations as Record<string, string>) : {} });
    return null;
  } catch (error) {
    return asSluiceError(error).message;
  }
}

function tidy(object: KubeObject, namespace: string, scopes: ReadonlyMap<string, Scope>): KubeObject {
  const { namespace: given, labels, annotations, ...metadata } = object.metadata;
  const written = Object.entries(annotations ?? {}).filter(([name]) => !agentAnnotations.includes(name));
  const group = groupOf(object.apiVersion);
  const isNamespaced = scopeOf(group, object.kind, scopes) === 'namespace';
  // Of a kind whose scope is a guess, a namespace that is written is worth more than the guess.
  const isKept = given !== undefined && !isScopeKnown(group, object.kind, scopes);
  return {
    ...object,
    metadata: {
      ...metadata,
      name: object.metadata.name,
      ...((isNamespaced || isKept) && { namespace: given ?? namespace }),
      ...(labels && { labels }),
      ...(written.length > 0 && { annotations: Object.fromEntries(written) }),
    },
  };
}
