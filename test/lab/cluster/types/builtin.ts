import { readFileSync } from 'node:fs';
import type { Schema } from '../apply/schema.ts';
import { untyped } from '../apply/schema.ts';
import type { JsonObject } from '../json.ts';

/** The schema of a built-in kind, as kubernetes.txt (made by generate.ts from a real API server) states it. */
export function builtInSchema(kind: string): Schema {
  return typeSchema(kind);
}

/** The schema of metadata, the same for every kind. */
export function metadataSchema(): Schema {
  return typeSchema('ObjectMeta');
}

/** Parts that the API server's own types always have, so that making an object does not claim them as fields. */
export function skeletonOf(kind: string): JsonObject {
  const template = { metadata: {}, spec: { containers: [] } };
  const base = { metadata: {}, ...(types()[kind]?.['spec'] === undefined ? {} : { spec: {}, status: {} }) };
  if (kind === 'CronJob') return { ...base, spec: { jobTemplate: { metadata: {}, spec: { template } } } };
  return types()[`${kind}Spec`]?.['template'] === undefined
    ? base
    : { ...base, spec: { strategy: {}, updateStrategy: {}, template } };
}

type Types = Readonly<Record<string, Readonly<Record<string, string>>>>;

let loaded: Types | undefined;

function types(): Types {
  loaded ??= parse(readFileSync(new URL('kubernetes.txt', import.meta.url), 'utf8'));
  return loaded;
}

/** One type a line: its name, then `field:short` for each field. */
function parse(text: string): Types {
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    rows.map((line) => {
      const [name = '', ...fields] = line.split(' ');
      return [name, Object.fromEntries(fields.map((field) => field.split(':') as [string, string]))];
    }),
  );
}

/** Types refer to each other and to themselves, so each is made once and its fields are filled in afterwards. */
const made = new Map<string, Schema>();

function typeSchema(name: string): Schema {
  const known = made.get(name);
  if (known !== undefined) return known;
  const fields: Record<string, Schema> = {};
  const schema: Schema = { fields, closed: true };
  made.set(name, schema);
  for (const [field, short] of Object.entries(types()[name] ?? {})) fields[field] = shortSchema(short);
  return schema;
}

const scalars: Readonly<Record<string, Schema>> = {
  s: { scalar: 'string' },
  i: { scalar: 'number' },
  n: { scalar: 'number' },
  b: { scalar: 'boolean' },
  '#': { scalar: 'any' },
  '*': untyped,
};

function shortSchema(short: string): Schema {
  const scalar = scalars[short];
  if (scalar !== undefined) return scalar;
  if (short.startsWith('!')) return { ...shortSchema(short.slice(1)), atomic: true };
  if (short.startsWith('{}')) return { items: shortSchema(short.slice(2)) };
  const [, keys, item = ''] = /^\[([^\]]*)\](.*)$/.exec(short) ?? [];
  if (keys === undefined) return typeSchema(short);
  const items = shortSchema(item);
  if (keys === '') return { isList: true, items };
  if (keys === '=') return { isList: true, list: 'set', items };
  return { isList: true, list: 'map', keys: keys.split(','), keyDefaults: { protocol: 'TCP' }, items };
}
