import type { Schema } from '../apply/schema.ts';
import { untyped } from '../apply/schema.ts';
import { at, isObject, listAt, objectAt, objectsAt, textAt } from '../json.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import type { Column, Resource, ScalePaths } from './kinds.ts';
import { resourceId } from './kinds.ts';
import { metadataSchema } from '../types/builtin.ts';

/** The resource that a CustomResourceDefinition defines. */
export function resourceOfCrd(crd: KubeObject): Resource {
  const names = objectAt(crd, 'spec', 'names');
  const group = textAt(crd, 'spec', 'group');
  const plural = textAt(names, 'plural');
  const kind = textAt(names, 'kind');
  const served = objectsAt(crd, 'spec', 'versions').filter((version) => version['served'] === true);
  const main = served.find((version) => version['storage'] === true) ?? served[0] ?? {};
  const openapi = objectAt(main, 'schema', 'openAPIV3Schema');
  const scale = scalePaths(at(main, 'subresources', 'scale'));
  return {
    id: resourceId(group, plural),
    group,
    versions: byPriority(served.map((version) => textAt(version, 'name'))),
    kind,
    listKind: textAt(names, 'listKind') || `${kind}List`,
    plural,
    singular: textAt(names, 'singular') || kind.toLowerCase(),
    shortNames: texts(names, 'shortNames'),
    categories: texts(names, 'categories'),
    namespaced: textAt(crd, 'spec', 'scope') === 'Namespaced',
    status: at(main, 'subresources', 'status') !== undefined,
    ...(scale === undefined ? {} : { scale }),
    generation: true,
    custom: true,
    schema: rootSchema(openapi),
    skeleton: { metadata: {} },
    openapi,
    columns: objectsAt(main, 'additionalPrinterColumns').map(columnOf),
  };
}

/** The merge rules that an OpenAPI schema states. */
export function schemaOf(openapi: JsonObject): Schema {
  const type = textAt(openapi, 'type');
  if (type === 'array') return listSchema(openapi);
  const scalar = openapi['x-kubernetes-int-or-string'] === true ? 'any' : scalars[type];
  if (scalar !== undefined) return { scalar };
  const atomic = openapi['x-kubernetes-map-type'] === 'atomic' ? { atomic: true as const } : {};
  const properties = Object.entries(objectAt(openapi, 'properties')).filter(([, value]) => isObject(value));
  const fields = Object.fromEntries(properties.map(([key, value]) => [key, schemaOf(value as JsonObject)]));
  const values = openapi['additionalProperties'];
  const items = isObject(values) ? { items: schemaOf(values) } : {};
  const open = type === '' || openapi['x-kubernetes-preserve-unknown-fields'] === true;
  const rest = open ? { open: true as const } : isObject(values) || values === true ? {} : { closed: true as const };
  return { fields, ...items, ...rest, ...atomic };
}

const scalars: Readonly<Record<string, 'string' | 'number' | 'boolean'>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
};

/** Versions as clients prefer them: v2, v1, v1beta1, v1alpha1, then the rest by name. */
export function byPriority(versions: readonly string[]): readonly string[] {
  const rank = (version: string): readonly [number, number, number] => {
    const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
    if (major === undefined) return [0, 0, 0];
    return [stage === undefined ? 3 : stage === 'beta' ? 2 : 1, Number(major), Number(minor ?? 0)];
  };
  return versions.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return y[0] - x[0] || y[1] - x[1] || y[2] - x[2] || (a < b ? -1 : 1);
  });
}

function rootSchema(openapi: JsonObject): Schema {
  const own = Object.keys(openapi).length === 0 ? untyped : schemaOf(openapi);
  const text = { scalar: 'string' as const };
  return { ...own, fields: { ...own.fields, metadata: metadataSchema(), apiVersion: text, kind: text } };
}

function listSchema(openapi: JsonObject): Schema {
  const items = schemaOf(objectAt(openapi, 'items'));
  const kind = openapi['x-kubernetes-list-type'];
  if (kind === 'set') return { isList: true, list: 'set', items };
  if (kind !== 'map') return { isList: true, items };
  const keys = texts(openapi, 'x-kubernetes-list-map-keys');
  const defaults = keys.map((key) => [key, at(openapi, 'items', 'properties', key, 'default')] as const);
  return {
    isList: true,
    list: 'map',
    keys,
    items,
    keyDefaults: Object.fromEntries(defaults.filter(([, value]) => value !== undefined)),
  };
}

function scalePaths(scale: JsonObject[string]): ScalePaths | undefined {
  if (!isObject(scale)) return undefined;
  const path = (field: string): readonly string[] =>
    textAt(scale, field)
      .split('.')
      .filter((part) => part !== '');
  const selector = path('labelSelectorPath');
  return {
    spec: path('specReplicasPath'),
    status: path('statusReplicasPath'),
    ...(selector.length > 0 ? { selector } : {}),
  };
}

function columnOf(column: JsonObject): Column {
  return { name: textAt(column, 'name'), type: textAt(column, 'type'), path: jsonPath(textAt(column, 'jsonPath')) };
}

/** The members of a simple JSON path (`.spec.hosts`); filters are not understood and find nothing. */
function jsonPath(text: string): readonly string[] {
  return text.split('.').filter((part) => part !== '');
}

function texts(value: JsonObject, field: string): readonly string[] {
  return listAt(value, field).filter((item) => typeof item === 'string');
}
