import { z } from 'zod';
import type { JsonSchema } from '../cue/describe.ts';
import { isMap } from '../model/json-map.ts';
import { ourApiVersions } from '../model/document-kinds.ts';
import { application, applicationDeployment, cluster, definition } from '../model/documents.ts';

/** A type that components or traits have, and the schema of its properties. */
export interface TypeSchema {
  readonly kind: 'component' | 'trait';
  readonly type: string;
  readonly description: string;
  readonly properties: JsonSchema;
}

/** The kinds of documents that have a schema, each with its other names. */
export const schemaKinds = {
  Application: [],
  ApplicationDeployment: ['AppDeployment'],
  Cluster: [],
  ComponentDefinition: [],
  TraitDefinition: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type SchemaKind = keyof typeof schemaKinds;

/** The types that a schema knows; `isClosed` = there are no others, so that another name is an error. */
export interface KnownTypes {
  readonly types: readonly TypeSchema[];
  readonly isClosed: boolean;
}

const draft = 'http://json-schema.org/draft-07/schema#';

/** The schema of the documents of a kind. */
export function schemaOfKind(kind: SchemaKind, known: KnownTypes): JsonSchema {
  return { $schema: draft, title: kind, ...bodyOf(kind, known) };
}

/** The schema of every document in a config repository: each kind's, and anything for documents of others. */
export function schemaOfAll(known: KnownTypes): JsonSchema {
  const bodies = Object.fromEntries(kinds().map((kind) => [kind, bodyOf(kind, known)]));
  const definitions = Object.assign(
    {},
    ...Object.values(bodies).map((body) => body['definitions'] ?? {}),
  ) as JsonSchema;
  const conditions = kinds().map((kind) => ({
    if: {
      properties: { apiVersion: { enum: ourApiVersions }, kind: { enum: namesOf(kind) } },
      required: ['apiVersion', 'kind'],
    },
    then: { $ref: `#/definitions/${kind}` },
  }));
  const own = Object.entries(bodies).map(([kind, body]) => [kind, without('definitions', body)] as const);
  return {
    $schema: draft,
    title: 'A document of a Sluice config repository',
    allOf: conditions,
    definitions: { ...Object.fromEntries(own), ...definitions },
  };
}

function kinds(): readonly SchemaKind[] {
  return Object.keys(schemaKinds) as SchemaKind[];
}

function namesOf(kind: SchemaKind): readonly string[] {
  return [kind, ...schemaKinds[kind]];
}

function bodyOf(kind: SchemaKind, known: KnownTypes): JsonSchema {
  const given = { apiVersion: { enum: ourApiVersions }, kind: { enum: namesOf(kind) } };
  const shape = changedAt(jsonSchemaOf(kind), ['properties'], (properties) => ({ ...properties, ...given }));
  if (kind !== 'Application') return shape;
  const components = ['properties', 'spec', 'properties', 'components', 'items'];
  const withTraits = changedAt(shape, [...components, 'properties', 'traits', 'items'], (item) =>
    typed(item, 'trait', known),
  );
  const whole = changedAt(withTraits, components, (item) => typed(item, 'component', known));
  const definitions = known.types.map((one) => [nameOf(one), { description: one.description, ...one.properties }]);
  return { ...whole, definitions: Object.fromEntries(definitions) as JsonSchema };
}

function jsonSchemaOf(kind: SchemaKind): JsonSchema {
  const schema = { Application: application, ApplicationDeployment: applicationDeployment, Cluster: cluster };
  const found = kind in schema ? schema[kind as keyof typeof schema] : definition;
  // What is filled in where it is left out need not be written.
  return without('$schema', z.toJSONSchema(found, { target: 'draft-7', io: 'input', unrepresentable: 'any' }));
}

function without(name: string, schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([member]) => member !== name));
}

/** An entry of a list whose `type` decides what its `properties` are. */
function typed(item: JsonSchema, kind: TypeSchema['kind'], { types, isClosed }: KnownTypes): JsonSchema {
  const own = types.filter((one) => one.kind === kind);
  const words = own.map(({ type, description }) => ({ const: type, description }));
  // The type as it was at a former version of the repository's definition.
  const others = isClosed ? { type: 'string', pattern: '@v[0-9]+$' } : { type: 'string' };
  const typeOfAll = { anyOf: [...words, others] };
  const conditions = own.map((one) => ({
    if: { properties: { type: { const: one.type } }, required: ['type'] },
    then: {
      properties: { properties: { $ref: `#/definitions/${nameOf(one)}` } },
      ...(Array.isArray(one.properties['required']) && { required: ['properties'] }),
    },
  }));
  const named = changedAt(item, ['properties'], (properties) => ({ ...properties, type: typeOfAll }));
  return conditions.length === 0 ? named : { ...named, allOf: conditions };
}

function nameOf({ kind, type }: Pick<TypeSchema, 'kind' | 'type'>): string {
  return `${kind}.${type}`;
}

/** A copy of a schema with a change to what is at a path; the schema itself where there is nothing. */
function changedAt(schema: JsonSchema, path: readonly string[], change: (found: JsonSchema) => JsonSchema): JsonSchema {
  const [first, ...rest] = path;
  if (first === undefined) return change(schema);
  const inner = schema[first];
  return isMap(inner) ? { ...schema, [first]: changedAt(inner, rest, change) } : schema;
}
