import { equal, isList, isObject } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { itemSchema, memberSchema } from './schema.ts';
import type { Schema } from './schema.ts';

/**
 * A strategic merge patch: lists with merge keys merge item by item; understands `$patch` (delete, replace),
 * `$deleteFromPrimitiveList`, `$setElementOrder` and `$retainKeys`.
 */
export function strategicPatch(target: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  if (patch['$patch'] === 'replace') return plainMembers(patch);
  const merged: Record<string, Json | undefined> = { ...retained(target, patch['$retainKeys']) };
  for (const [key, value] of Object.entries(patch)) {
    const primitive = /^\$deleteFromPrimitiveList\/(.*)$/.exec(key)?.[1];
    if (primitive !== undefined) merged[primitive] = withoutItems(merged[primitive], value);
    if (key.startsWith('$') || value === undefined) continue;
    const next = patchedMember(merged[key], value, {
      schema: memberSchema(schema, key),
      order: patch[`$setElementOrder/${key}`],
    });
    if (next === undefined) Reflect.deleteProperty(merged, key);
    else merged[key] = next;
  }
  for (const key of Object.keys(patch)) {
    const ordered = /^\$setElementOrder\/(.*)$/.exec(key)?.[1];
    if (ordered !== undefined) merged[ordered] = reorder(merged[ordered], patch[key], memberSchema(schema, ordered));
  }
  return merged;
}

interface Place {
  readonly schema: Schema;
  readonly order: Json | undefined;
}

function patchedMember(old: Json | undefined, value: Json, { schema }: Place): Json | undefined {
  if (value === null) return undefined;
  if (isObject(value)) {
    if (value['$patch'] === 'delete') return undefined;
    return strategicPatch(isObject(old) ? old : {}, value, schema);
  }
  if (isList(value) && schema.list !== undefined) return patchedList(isList(old) ? old : [], value, schema);
  return value;
}

function patchedList(old: readonly Json[], patch: readonly Json[], schema: Schema): readonly Json[] {
  const replaces = patch.some((item) => isObject(item) && item['$patch'] === 'replace');
  const base: Json[] = replaces ? [] : [...old];
  for (const item of patch) {
    if (isObject(item) && item['$patch'] === 'replace') continue;
    const index = base.findIndex((other) => sameItem(other, item, schema));
    if (isObject(item) && item['$patch'] === 'delete') {
      if (index >= 0) base.splice(index, 1);
    } else if (index < 0) {
      base.push(isObject(item) ? plainMembers(item) : item);
    } else if (isObject(item)) {
      base[index] = strategicPatch(base[index] as JsonObject, item, itemSchema(schema));
    }
  }
  return base;
}

function sameItem(a: Json, b: Json, schema: Schema): boolean {
  if (!isObject(a) || !isObject(b)) return equal(a, b);
  const key = schema.keys?.[0] ?? '';
  return equal(a[key], b[key]);
}

/** The patched list in the given order; items that the order does not name keep their places at the end. */
function reorder(list: Json | undefined, order: Json | undefined, schema: Schema): Json | undefined {
  if (!isList(list) || !isList(order)) return list;
  const place = (item: Json): number => {
    const index = order.findIndex((wanted) => sameItem(item, wanted, schema));
    return index < 0 ? order.length : index;
  };
  return list.toSorted((a, b) => place(a) - place(b));
}

function withoutItems(list: Json | undefined, items: Json | undefined): Json | undefined {
  if (!isList(list) || !isList(items)) return list;
  return list.filter((item) => !items.some((other) => equal(item, other)));
}

function retained(target: JsonObject, keys: Json | undefined): JsonObject {
  if (!isList(keys)) return target;
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

/** A new value without directives. */
function plainMembers(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => !key.startsWith('$') && member !== null)
      .map(([key, member]) => [key, isObject(member) ? plainMembers(member) : member]),
  );
}
