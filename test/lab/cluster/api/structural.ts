import { equal, isList, isObject, listAt, objectAt, textAt } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { required, unsupported } from './causes.ts';
import type { Cause } from './errors.ts';

/** What disagrees with the types, enums and required fields of a structural schema. */
export function typeProblems(value: Json | undefined, schema: JsonObject, path: string): readonly Cause[] {
  const type = textAt(schema, 'type');
  if (value === undefined || type === '' || schema['x-kubernetes-int-or-string'] === true) return [];
  if (value === null && schema['nullable'] === true) return [];
  if (!hasType(value, type)) return [wrongType(value, type, path)];
  const options = listAt(schema, 'enum');
  if (options.length > 0 && !options.some((option) => equal(option, value))) return [unsupported(path, value, options)];
  if (isList(value))
    return value.flatMap((item, index) => typeProblems(item, objectAt(schema, 'items'), `${path}[${index}]`));
  if (!isObject(value)) return [];
  return memberProblems(value, schema, path);
}

function wrongType(value: Json, type: string, path: string): Cause {
  const shown = JSON.stringify(isObject(value) ? 'object' : isList(value) ? 'array' : typeof value);
  const message = `Invalid value: ${shown}: ${path} in body must be of type ${type}: ${shown}`;
  return { reason: 'FieldValueTypeInvalid', field: path, message };
}

function memberProblems(value: JsonObject, schema: JsonObject, path: string): readonly Cause[] {
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const missing = listAt(schema, 'required').filter(
    (key): key is string => typeof key === 'string' && value[key] === undefined,
  );
  const properties = Object.entries(objectAt(schema, 'properties')).filter(
    ([key]) => path !== '' || key !== 'metadata',
  );
  return [
    ...missing.map((key) => required(below(key))),
    ...properties.flatMap(([key, property]) =>
      isObject(property) ? typeProblems(value[key], property, below(key)) : [],
    ),
  ];
}

function hasType(value: Json, type: string): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return isList(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
