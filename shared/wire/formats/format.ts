import { z } from 'zod';
import { SluiceError } from '../../errors.ts';
import { check, encode, parse } from '../codec.ts';
import type { BundleApp, Revision } from '../revision.ts';

/** A document of the model: `format` is the number of the format that it was read in, or is to be written in. */
export interface Numbered {
  readonly format: number;
}

/** One format of a kind of document. The bytes that it writes, and those that it reads, never change once it is released. */
export interface WireFormat<T extends Numbered> {
  readonly number: number;
  /** The shape of its JSON. */
  readonly schema: z.ZodType;
  readonly encode: (document: T) => Buffer;
  /** Reads a JSON value strictly; parts that say the same as in `previous` may be its values. Throws WIRE_INVALID. */
  readonly decode: (value: unknown, subject: string, previous: T | null) => T;
}

/** A format of revision.json. */
export interface RevisionFormat extends WireFormat<Revision> {
  /** What of an application this format cannot say, for people; null = it says all of it. */
  readonly lacks: (app: BundleApp) => string | null;
}

/** All formats of a kind of document: what programs read and write it with. */
export interface Formats<T extends Numbered, F extends WireFormat<T> = WireFormat<T>> {
  /** The numbers of the list, lowest first. */
  readonly numbers: readonly number[];
  readonly lowest: number;
  readonly newest: number;
  /** The shape of the JSON of any format of the list. */
  readonly schema: z.ZodType;
  /** The format of a number; throws FORMAT_UNKNOWN. */
  readonly at: (number: number) => F;
  /** The highest format of the list for a reader of `number` and all below it; null when that reader reads none of the list. */
  readonly highestFor: (number: number) => number | null;
  /** The bytes of a document in the format that it names; throws FORMAT_UNKNOWN. */
  readonly encode: (document: T) => Buffer;
  /**
   * Reads a document strictly, in the format that its own `format` names (absent = the lowest). `previous` is a document that
   * was read before: equal parts may be its values. Throws FORMAT_UNKNOWN for a number outside the list, else WIRE_INVALID.
   */
  readonly decode: (bytes: Uint8Array, subject?: string, previous?: T | null) => T;
  /** As `decode`, of a JSON value. */
  readonly decodeValue: (value: unknown, subject?: string, previous?: T | null) => T;
}

/** The list of a kind of document. `name` is what errors call a document that the caller does not name. */
export function formatsOf<T extends Numbered, F extends WireFormat<T> = WireFormat<T>>(
  name: string,
  formats: readonly [F, ...F[]],
): Formats<T, F> {
  const [first, ...rest] = formats;
  const sorted = [...formats].sort((a, b) => a.number - b.number);
  const byNumber = new Map(sorted.map((format) => [format.number, format]));
  const numbers = [...byNumber.keys()];
  const [lowest, newest] = [Math.min(...numbers), Math.max(...numbers)];
  const at = (number: number, subject = name): F => {
    const format = byNumber.get(number);
    if (format !== undefined) return format;
    throw new SluiceError('FORMAT_UNKNOWN', `format ${number} is unknown here; read: ${numbers.join(', ')}`, {
      subject,
      facts: { format: number, reads: numbers },
    });
  };
  const decodeValue: Formats<T>['decodeValue'] = (value, subject = name, previous = null) =>
    at(numberOf(value) ?? lowest, subject).decode(value, subject, previous);
  return {
    numbers,
    lowest,
    newest,
    schema: rest.length === 0 ? first.schema : z.union([first.schema, ...rest.map(({ schema }) => schema)]),
    at,
    highestFor: (number) => numbers.findLast((one) => one <= number) ?? null,
    encode: (document) => at(document.format).encode(document),
    decode: (bytes, subject = name, previous = null) => decodeValue(parse(bytes, subject), subject, previous),
    decodeValue,
  };
}

/** A format whose JSON is the model as it stands. */
export function plainFormat<T extends Numbered>(number: number, schema: z.ZodType<T>): WireFormat<T> {
  return { number, schema, encode, decode: (value, subject) => check(schema, value, subject) };
}

// Anything but a number is left to the lowest format, whose error names the member.
function numberOf(value: unknown): number | null {
  const number = value !== null && typeof value === 'object' && 'format' in value ? value.format : null;
  return typeof number === 'number' ? number : null;
}
