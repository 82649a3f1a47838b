import type { z } from 'zod';
import { SluiceError } from '../errors.ts';
import { canonicalPretty } from '../lib/canonical.ts';

/** The bytes of a wire document: canonical pretty JSON, one form only. */
export function encode(value: unknown): Buffer {
  return Buffer.from(canonicalPretty(value), 'utf8');
}

/** Reads a wire document strictly; throws WIRE_INVALID naming the document and the first member that is wrong. */
export function decode<T>(schema: z.ZodType<T>, bytes: Uint8Array, subject: string): T {
  return check(schema, parse(bytes, subject), subject);
}

/** The JSON value of a document's UTF-8 bytes; throws WIRE_INVALID. */
export function parse(bytes: Uint8Array, subject: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SluiceError('WIRE_INVALID', 'not a JSON document', { subject }, cause);
  }
}

/** A JSON value that has the shape of a schema; throws WIRE_INVALID naming the document and the first member that is wrong. */
export function check<T>(schema: z.ZodType<T>, value: unknown, subject: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined ? '' : ` at ${issue.path.join('.') || 'the top'}: ${issue.message}`;
  throw new SluiceError(
    'WIRE_INVALID',
    `the document does not have the expected shape${place}`,
    { subject },
    parsed.error,
  );
}
