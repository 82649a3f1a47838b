import { pointerParts } from '../../shared/model/ignored.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import { wholeObject } from '../model/cue-fields.ts';

type Values = Readonly<Record<string, unknown>> | undefined;

/**
 * What of an object is still to be reported: the pointer of a field, or '' for the object; undefined = nothing. Once something of it is,
 * members that are read because it is taken as a whole may be absent: no object has all of them.
 */
export function missingField(fields: readonly string[], values: Values): string | undefined {
  const [only, ...others] = fields;
  if (values === undefined) return others.length === 0 ? only : '';
  return fields.find((one) => values[one] === undefined && !wholeObject.includes(one));
}

/** The same in words. */
export function missingWords(
  { id, fields }: { readonly id: ObjectId; readonly fields: readonly string[] },
  values: Values,
): string {
  const { kind, name } = parseObjectId(id);
  const field = missingField(fields, values) ?? '';
  return `${field === '' ? '' : `${pointerParts(field).join('.')} of `}${kind} ${name} is not reported`;
}
