import { z } from 'zod';
import { SluiceError } from '../../errors.ts';
import { check, encode, parse } from '../codec.ts';
import type { Digest } from '../../lib/canonical.ts';
import type { BundleLimits } from '../../model/limits.ts';
import type { AppContent, BundleApp, Revision } from '../revision.ts';

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

/** A document of a bundle beside revision.json, as its envelope names it: what it counts for, before anything is fetched. */
export interface DocumentRef {
  readonly path: string;
  readonly digest: Digest;
  readonly bytes: number;
  /** The objects that it names. */
  readonly objects: { readonly count: number; readonly bytes: number };
}

/** A revision.json that was read, while the documents that it names may not be there yet. */
export interface OpenedRevision {
  /** What it says by itself. */
  readonly head: Omit<Revision, 'apps'>;
  /** Every document that the bundle has, in its order. A format that says all in revision.json has none. */
  readonly documents: readonly DocumentRef[];
  /** Those of which the revision before does not tell what is in them. */
  readonly unknown: readonly DocumentRef[];
  /** All of it, from the bytes of the unknown documents; throws DIGEST_MISMATCH or WIRE_INVALID. */
  readonly complete: (read: (document: DocumentRef) => Uint8Array | null) => Revision;
}

/** What may be known before a revision is read. */
export interface Known {
  /** A revision that was read before: equal parts may be its values. */
  readonly previous?: Revision | null;
  /** Contents by digest, for many readings: what is not in there yet is put there. */
  readonly contents?: Map<Digest, AppContent>;
  /** The same of whole applications, by what revision.json says of them. */
  readonly apps?: Map<string, BundleApp>;
}

/** An application whose content has no digest yet. */
export type UnsealedApp = Omit<BundleApp, 'digest' | 'bytes'>;

/** A format of revision.json. */
export interface RevisionFormat extends WireFormat<Revision> {
  readonly limits: BundleLimits;
  /** Each application has a document of its own, beside revision.json. */
  readonly hasDocuments: boolean;
  /** What of an application this format cannot say, for people; null = it says all of it. */
  readonly lacks: (app: UnsealedApp) => string | null;
  /** The application with the digest that this format names its content by. Objects must have their bytes from format 2 on. */
  readonly seal: (app: UnsealedApp) => BundleApp;
  /** The counts of a bundle of these sealed applications; `bytes` are those of all object files. */
  readonly count: (apps: readonly BundleApp[], bytes: number) => Revision['bundle'];
  /** The document of a content, beside revision.json; null = this format has none. */
  readonly document: (app: AppContent) => Buffer | null;
  readonly open: (value: unknown, subject: string, known: Known) => OpenedRevision;
  /**
   * A revision as a reader of its bytes (`encode` made them) and of its documents has it, strictly: equal parts are those of `previous`. What many
   * revisions have together is looked at once.
   */
  readonly reread: (revision: Revision, bytes: Uint8Array, previous: Revision | null) => Revision;
  /** Checks what reading alone does not prove of a bundle, and of an application in it: digests and counts; throws DIGEST_MISMATCH. */
  readonly check: (revision: Revision) => void;
  readonly checkApp: (app: BundleApp) => void;
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
  /** The format that a JSON value says it has. */
  readonly for: (value: unknown, subject?: string) => F;
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
  const formatFor = (value: unknown, subject = name): F => at(numberOf(value) ?? lowest, subject);
  const decodeValue: Formats<T>['decodeValue'] = (value, subject = name, previous = null) =>
    formatFor(value, subject).decode(value, subject, previous);
  return {
    numbers,
    lowest,
    newest,
    schema: rest.length === 0 ? first.schema : z.union([first.schema, ...rest.map(({ schema }) => schema)]),
    at,
    for: formatFor,
    highestFor: (number) => numbers.findLast((one) => one <= number) ?? null,
    encode: (document) => at(document.format).encode(document),
    decode: (bytes, subject = name, previous = null) => decodeValue(parse(bytes, subject), subject, previous),
    decodeValue,
  };
}

/** The list of revision.json, whose documents may come after it. */
export interface RevisionFormats extends Formats<Revision, RevisionFormat> {
  /** As `decode`, of what the bytes of revision.json say by themselves. */
  readonly open: (bytes: Uint8Array, subject?: string, known?: Known) => OpenedRevision;
}

/** As `formatsOf`, of revision.json. `decode` reads revisions without documents alone. */
export function revisionFormatsOf(name: string, list: readonly [RevisionFormat, ...RevisionFormat[]]): RevisionFormats {
  const formats = formatsOf<Revision, RevisionFormat>(name, list);
  return {
    ...formats,
    open: (bytes, subject = name, known = {}) => {
      const value = parse(bytes, subject);
      return formats.for(value, subject).open(value, subject, known);
    },
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
