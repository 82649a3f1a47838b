import { equal, isList, isObject } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { childrenOf, fromEntries, isMember, node, none } from './fieldset.ts';
import type { Fields } from './fieldset.ts';
import { itemSchema, memberSchema } from './schema.ts';
import type { Schema } from './schema.ts';

/** What changed between two values, as sets of fields. */
export interface Delta {
  readonly added: Fields;
  readonly modified: Fields;
  readonly removed: Fields;
}

/** The fields that a configuration sets (what its applier will own). */
export function fieldsOf(value: JsonObject, schema: Schema): Fields {
  return fromEntries(
    Object.entries(value).map(([key, member]) => {
      const below = member === undefined ? undefined : valueFields(member, memberSchema(schema, key));
      const free = schema.fields?.[key] === undefined && (schema.open === true || schema.items !== undefined);
      const itself = below === 'leaf' || isEmptyMap(member) || free;
      return [`f:${key}`, below === undefined ? undefined : node(itself, below === 'leaf' ? none : below)] as const;
    }),
  );
}

/** The fields added, modified and removed on the way from one value to another. */
export function compare(before: JsonObject, after: JsonObject, schema: Schema): Delta {
  const pairs = memberPairs(before, after, schema);
  return collect(pairs, true, true);
}

/** `changes` laid over `base`: scalars and atomic values win, maps and keyed lists merge. */
export function merge(base: JsonObject, changes: JsonObject, schema: Schema): JsonObject {
  const merged: Record<string, Json | undefined> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    if (value !== undefined) merged[key] = mergeValue(base[key], value, memberSchema(schema, key));
  }
  return merged;
}

/** A value without some fields; a map or list that loses its last member goes too. */
export function remove(value: JsonObject, fields: Fields, schema: Schema): JsonObject {
  const kept: Record<string, Json | undefined> = { ...value };
  for (const [element, below] of childrenOf(fields)) {
    const key = element.slice(2);
    const member = kept[key];
    if (member === undefined || !element.startsWith('f:')) continue;
    const left = isMember(below) ? undefined : removeBelow(member, below, memberSchema(schema, key));
    if (left === undefined) Reflect.deleteProperty(kept, key);
    else kept[key] = left;
  }
  return kept;
}

/** The path element of a list item: `v:` for sets, `k:` for lists with keys. */
export function elementOf(item: Json, schema: Schema): string {
  if (schema.list === 'set' || !isObject(item)) return `v:${JSON.stringify(item)}`;
  const keys = [...(schema.keys ?? [])].sort();
  const pairs = keys.map((key) => [key, item[key] ?? schema.keyDefaults?.[key]] as const);
  return `k:${JSON.stringify(Object.fromEntries(pairs.filter(([, value]) => value !== undefined)))}`;
}

type Pair = readonly [string, Json | undefined, Json | undefined, Schema];

function valueFields(value: Json, schema: Schema): Fields | 'leaf' {
  if (isList(value)) {
    if (schema.list === undefined) return 'leaf';
    const items = value.map((item) => [elementOf(item, schema), node(true, itemFields(item, schema))] as const);
    return fromEntries(items);
  }
  if (!isObject(value) || schema.atomic === true) return 'leaf';
  return fieldsOf(value, schema);
}

function itemFields(item: Json, schema: Schema): Fields {
  const below = valueFields(item, itemSchema(schema));
  return below === 'leaf' ? none : below;
}

function isEmptyMap(value: Json | undefined): boolean {
  return value === null || (isObject(value) && Object.keys(value).length === 0);
}

function compareValue([element, before, after, schema]: Pair): readonly [string, Delta] | undefined {
  if (before === undefined && after === undefined) return undefined;
  const children = isLeaf(before, after, schema) ? undefined : pairsOf(before, after, schema);
  if (children !== undefined) return [element, collect(children, before !== undefined, after !== undefined)];
  if (before === undefined) return [element, { added: { '.': none }, modified: none, removed: none }];
  if (after === undefined) return [element, { added: none, modified: none, removed: { '.': none } }];
  return [element, { added: none, modified: equal(before, after) ? none : { '.': none }, removed: none }];
}

/** The children's deltas under one node; the `.` marks of the node itself are turned into members by the caller. */
function collect(pairs: readonly Pair[], had: boolean, has: boolean): Delta {
  const deltas = pairs.map(compareValue).filter((entry) => entry !== undefined);
  const pick = (side: keyof Delta): Fields =>
    fromEntries(deltas.map(([element, delta]) => [element, marked(delta[side])]));
  const own = (itself: boolean, children: Fields): Fields => (itself ? { '.': none, ...children } : children);
  return { added: own(!had, pick('added')), modified: pick('modified'), removed: own(!has, pick('removed')) };
}

function marked(fields: Fields): Fields | undefined {
  const { '.': mark, ...children } = fields;
  return node(mark !== undefined, children);
}

function isLeaf(before: Json | undefined, after: Json | undefined, schema: Schema): boolean {
  if (isBare(before) && isBare(after)) return true;
  const sample = isBare(after) ? before : after;
  if (isList(sample)) return schema.list === undefined || (!isBare(before) && !isBare(after) && !isList(before));
  if (!isObject(sample)) return true;
  return schema.atomic === true || (!isBare(before) && !isBare(after) && !isObject(before));
}

/** Missing, null, or an empty map or list. */
function isBare(value: Json | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function pairsOf(before: Json | undefined, after: Json | undefined, schema: Schema): readonly Pair[] {
  if (isList(before) || isList(after)) {
    const left = indexed(isList(before) ? before : [], schema);
    const right = indexed(isList(after) ? after : [], schema);
    const elements = new Set([...left.keys(), ...right.keys()]);
    return [...elements].map((element) => [element, left.get(element), right.get(element), itemSchema(schema)]);
  }
  return memberPairs(isObject(before) ? before : {}, isObject(after) ? after : {}, schema);
}

function memberPairs(before: JsonObject, after: JsonObject, schema: Schema): readonly Pair[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].map((key) => [`f:${key}`, before[key], after[key], memberSchema(schema, key)]);
}

function indexed(list: readonly Json[], schema: Schema): Map<string, Json> {
  return new Map(list.map((item) => [elementOf(item, schema), item]));
}

function mergeValue(base: Json | undefined, change: Json, schema: Schema): Json {
  if (isList(change) && isList(base) && schema.list !== undefined) return mergeList(base, change, schema);
  if (isObject(change) && schema.atomic !== true) return merge(isObject(base) ? base : {}, change, schema);
  return change;
}

/** The order is that of `changes`; items that only `base` has keep their place behind the shared item before them. */
function mergeList(base: readonly Json[], changes: readonly Json[], schema: Schema): Json[] {
  const old = indexed(base, schema);
  const pending = [...indexed(changes, schema)];
  const wanted = new Set(pending.map(([element]) => element));
  const take = ([element, item]: [string, Json]): Json =>
    old.has(element) ? mergeValue(old.get(element), item, itemSchema(schema)) : item;
  const merged: Json[] = [];
  for (const [element, item] of old) {
    if (!wanted.has(element)) merged.push(item);
    const place = pending.findIndex(([other]) => other === element);
    if (place >= 0) merged.push(...pending.splice(0, place + 1).map(take));
  }
  return [...merged, ...pending.map(take)];
}

function removeBelow(value: Json, fields: Fields, schema: Schema): Json | undefined {
  if (isList(value)) {
    if (schema.list === undefined) return value;
    const left = value.flatMap((item) => removeItem(item, fields[elementOf(item, schema)], schema));
    return left.length === 0 && value.length > 0 ? undefined : left;
  }
  if (!isObject(value) || schema.atomic === true) return value;
  const left = remove(value, fields, schema);
  return Object.keys(left).length === 0 && Object.keys(value).length > 0 ? undefined : left;
}

function removeItem(item: Json, below: Fields | undefined, schema: Schema): Json[] {
  if (below === undefined) return [item];
  if (isMember(below)) return [];
  const left = removeBelow(item, below, itemSchema(schema));
  return left === undefined ? [] : [left];
}
