import type { JsonSchema } from '../cue/describe.ts';
import { isMap } from '../model/json-map.ts';

/** Properties that fit a schema in most cases: what is required, and nothing else. */
export function sampleOf(schema: JsonSchema): unknown {
  const { default: standard, const: only, enum: words } = schema;
  if (standard !== undefined) return standard;
  if (only !== undefined) return only;
  if (Array.isArray(words)) return words[0];
  const [branch] = ['anyOf', 'allOf'].flatMap((name) =>
    Array.isArray(schema[name]) ? (schema[name] as unknown[]) : [],
  );
  if (isMap(branch) && !isMap(schema['properties'])) return sampleOf(branch);
  return ofType(schema);
}

function ofType(schema: JsonSchema): unknown {
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'array':
      return [];
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'integer':
    case 'number':
      return Number(schema['minimum'] ?? 1);
    case 'object':
      return membersOf(schema);
    default:
      return 'example';
  }
}

function membersOf({ properties, required }: JsonSchema): unknown {
  const members = isMap(properties) ? properties : {};
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
  return Object.fromEntries(
    names.map((name) => {
      const member = members[name];
      return [name, sampleOf(isMap(member) ? member : {})];
    }),
  );
}
