import type { JsonObject } from '../json.ts';

/**
 * How values merge at one place of an object. Lists are atomic unless `list` says otherwise; maps merge member by
 * member unless `atomic`. Named fields need an entry only where something below them is special.
 */
export interface Schema {
  readonly fields?: Readonly<Record<string, Schema>>;
  /** The items of a list, or the values of a map with free keys. */
  readonly items?: Schema;
  readonly list?: 'set' | 'map';
  readonly keys?: readonly string[];
  /** What a list key is when an item leaves it out. */
  readonly keyDefaults?: JsonObject;
  readonly atomic?: true;
  /** Members without an entry in `fields` are keys of a map, so that each is a field of its own. */
  readonly open?: true;
  /** The merge key of strategic merge patches, where it is not the only list key. */
  readonly patchKey?: string;
}

/** Nothing special: named fields, maps of scalars, atomic lists. */
export const plain: Schema = {};

/** No schema at all: every member is a map key, every list is atomic. */
export const untyped: Schema = { open: true };

/** The schema of one member of a map. */
export function memberSchema(schema: Schema, key: string): Schema {
  return schema.fields?.[key] ?? schema.items ?? (schema.open === true ? untyped : plain);
}

/** The schema of the items of a list. */
export function itemSchema(schema: Schema): Schema {
  return schema.items ?? plain;
}
