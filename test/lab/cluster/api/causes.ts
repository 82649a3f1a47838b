import type { Json } from '../json.ts';
import type { Cause } from './errors.ts';

/** A field that is missing. */
export function required(field: string): Cause {
  return { reason: 'FieldValueRequired', field, message: 'Required value' };
}

/** A field with a value that it may not have. */
export function wrong(field: string, value: Json, why: string): Cause {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

/** A field with a value outside of its enumeration. */
export function unsupported(field: string, value: Json, known: readonly Json[]): Cause {
  const list = known.map((item) => JSON.stringify(item)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
  };
}
