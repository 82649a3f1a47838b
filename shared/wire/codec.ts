import type { z } from 'zod';
import { SluiceError } from '../errors.ts';
import { canonicalPretty } from '../lib/canonical.ts';
import { firstFault, type FirstFault } from './first-fault.ts';

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
  throw wrongShape(subject, parsed.error.issues[0], parsed.error);
}

/**
 * Throws WIRE_INVALID for the first wrong value in the lists of a JSON value: for what a stranger may have written, before `check`
 * looks at all of it.
 */
export function assertFirst(schema: z.ZodType, value: unknown, subject: string): void {
  const fault = firstFault(schema, value);
  if (fault !== null) throw wrongShape(subject, fault);
}

function wrongShape(subject: string, fault?: FirstFault | z.core.$ZodIssue, cause?: unknown): SluiceError {
  const place = fault === undefined ? '' : ` at ${fault.path.join('.') || 'the top'}: ${fault.message}`;
  return new SluiceError('WIRE_INVALID', `the document does not have the expected shape${place}`, { subject }, cause);
}
