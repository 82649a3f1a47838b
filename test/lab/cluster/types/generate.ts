import { readFileSync, writeFileSync } from 'node:fs';
import { builtIn } from '../api/kinds.ts';
import { isObject, listAt, objectAt, objectsAt, textAt } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';

// kubectl get --raw /openapi/v2 > FILE; node test/lab/cluster/types/generate.ts FILE
// Writes kubernetes.txt: a line for each type of the built-in kinds with its fields, each in a few characters:
// s i n b text, whole number, number, boolean; # number or text; * anything; NAME another type; {}X map of X;
// []X list replaced as a whole; [=]X set; [a,b]X list with the keys a and b; !X replaced as a whole.

const [file = ''] = process.argv.slice(2);
const definitions = objectAt(JSON.parse(readFileSync(file, 'utf8')) as Json, 'definitions');
const names = new Map<string, string>();
const types = new Map<string, JsonObject>();

for (const resource of builtIn) {
  const id = Object.keys(definitions).find((key) =>
    objectsAt(definitions[key], 'x-kubernetes-group-version-kind').some(
      (kind) =>
        kind['group'] === resource.group && kind['version'] === resource.versions[0] && kind['kind'] === resource.kind,
    ),
  );
  if (id === undefined) throw new Error(`no definition of ${resource.id}`);
  nameOf(id);
}
const lines = [...types]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, fields]) => [name, ...Object.entries(fields).map(([field, short]) => `${field}:${short as string}`)]);
const head = '# Made by generate.ts from the /openapi/v2 of kube-apiserver; what the letters mean is said there.';
writeFileSync(
  new URL('kubernetes.txt', import.meta.url),
  `${[head, ...lines.map((words) => words.join(' '))].join('\n')}\n`,
);

/** The short name of a definition; its fields are written down the first time. */
function nameOf(id: string): string {
  const known = names.get(id);
  if (known !== undefined) return known;
  let name = id.slice(id.lastIndexOf('.') + 1);
  while (types.has(name)) name += '_';
  names.set(id, name);
  types.set(name, {});
  const properties = Object.entries(objectAt(definitions[id], 'properties'));
  types.set(name, Object.fromEntries(properties.map(([field, schema]) => [field, shortOf(schema)])));
  return name;
}

function shortOf(schema: Json | undefined): string {
  if (!isObject(schema)) return '*';
  const atomic = schema['x-kubernetes-map-type'] === 'atomic' ? '!' : '';
  const reference = textAt(schema, '$ref').split('/').at(-1) ?? '';
  if (reference !== '') return atomic + referenceOf(reference);
  if (schema['type'] === 'array') return `[${listOf(schema)}]${shortOf(schema['items'])}`;
  if (isObject(schema['additionalProperties'])) return `${atomic}{}${shortOf(schema['additionalProperties'])}`;
  return { string: 's', integer: 'i', number: 'n', boolean: 'b' }[textAt(schema, 'type')] ?? '*';
}

function referenceOf(id: string): string {
  if (id.endsWith('.Quantity') || id.endsWith('.IntOrString')) return '#';
  const target = definitions[id];
  if (Object.keys(objectAt(target, 'properties')).length === 0) return textAt(target, 'type') === 'string' ? 's' : '*';
  const atomic = objectAt(target)['x-kubernetes-map-type'] === 'atomic' ? '!' : '';
  return atomic + nameOf(id);
}

function listOf(schema: JsonObject): string {
  if (schema['x-kubernetes-list-type'] === 'set') return '=';
  return schema['x-kubernetes-list-type'] === 'map'
    ? listAt(schema, 'x-kubernetes-list-map-keys')
        .filter((key) => typeof key === 'string')
        .join(',')
    : '';
}
