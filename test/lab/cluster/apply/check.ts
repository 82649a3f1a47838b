import { isList, isObject } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { itemSchema, memberSchema } from './schema.ts';
import type { Schema } from './schema.ts';

/** Something in a value that its schema does not allow. */
export interface Mismatch {
  readonly kind: 'unknown' | 'type';
  /** `.spec.template`, `.spec.ports[0]`. */
  readonly path: string;
  readonly expected: string;
}

/** Every field that is not declared and every value of another type. */
export function mismatches(value: Json | undefined, schema: Schema, path = ''): readonly Mismatch[] {
  if (value === undefined || value === null) return [];
  const expected = expectedOf(schema);
  if (expected !== undefined && !fits(value, expected)) return [{ kind: 'type', path, expected }];
  if (isList(value)) return value.flatMap((item, index) => mismatches(item, itemSchema(schema), `${path}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    isUnknown(schema, key)
      ? [{ kind: 'unknown' as const, path: `${path}.${key}`, expected: '' }]
      : mismatches(member, memberSchema(schema, key), `${path}.${key}`),
  );
}

/** The value without fields that are not declared. */
export function pruned(value: JsonObject, schema: Schema): JsonObject {
  if (mismatches(value, schema).every(({ kind }) => kind !== 'unknown')) return value;
  const known = Object.entries(value).filter(([key]) => !isUnknown(schema, key));
  return Object.fromEntries(known.map(([key, member]) => [key, prunedValue(member, memberSchema(schema, key))]));
}

function prunedValue(value: Json | undefined, schema: Schema): Json | undefined {
  if (isList(value)) return value.map((item) => prunedValue(item, itemSchema(schema)) ?? null);
  return isObject(value) ? pruned(value, schema) : value;
}

function isUnknown(schema: Schema, key: string): boolean {
  return schema.closed === true && schema.fields?.[key] === undefined;
}

function expectedOf(schema: Schema): string | undefined {
  if (schema.scalar !== undefined) return schema.scalar;
  if (schema.isList === true) return 'list';
  return schema.closed === true || schema.items !== undefined ? 'map' : undefined;
}

function fits(value: Json, expected: string): boolean {
  if (expected === 'list') return isList(value);
  if (expected === 'map') return isObject(value);
  return expected === 'any' ? !isObject(value) && !isList(value) : typeof value === expected;
}
