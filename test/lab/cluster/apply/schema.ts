import type { JsonObject } from '../json.ts';

/**
 * What a value may be and how it merges at one place of an object. Lists are atomic unless `list` says otherwise; maps
 * merge member by member unless `atomic`.
 */
export interface Schema {
  readonly fields?: Readonly<Record<string, Schema>>;
  /** The items of a list, or the values of a map with free keys. */
  readonly items?: Schema;
  readonly isList?: true;
  readonly list?: 'set' | 'map';
  readonly keys?: readonly string[];
  /** What a list key is when an item leaves it out. */
  readonly keyDefaults?: JsonObject;
  readonly atomic?: true;
  /** Members without an entry in `fields` are keys of a map, so that each is a field of its own. */
  readonly open?: true;
  /** There are no other members than `fields`. */
  readonly closed?: true;
  readonly scalar?: 'string' | 'number' | 'boolean' | 'any';
}

/** Nothing known: atomic lists, and maps that merge. */
export const plain: Schema = {};

/** No schema at all: every member is a map key, every list is atomic. */
export const untyped: Schema = { open: true };

/** The schema of one member of a map. */
export function memberSchema(schema: Schema, key: string): Schema {
  return (
    schema.fields?.[key] ??
    (schema.isList === true ? undefined : schema.items) ??
    (schema.open === true ? untyped : plain)
  );
}

/** The schema of the items of a list. */
export function itemSchema(schema: Schema): Schema {
  return schema.items ?? plain;
}
