import type { z } from 'zod';
import { similar } from '../model/similar.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { hintOfMissing, insteadOfMember } from './instead.ts';
import { pathText } from './problems.ts';

/** A value after its shape was read. */
export interface Shape<T> {
  /** The value; null when it could not be read whole. */
  readonly doc: T | null;
  /** The value without its faulty members, when that can be read: only for finding further problems. */
  readonly rest: T | null;
}

/** Reads a value by a schema; every issue is reported in plain words at its place. */
export function readShape<T>(schema: z.ZodType<T>, value: unknown, reporter: Reporter): Shape<T> {
  const read = schema.safeParse(value);
  if (read.success) return { doc: read.data, rest: null };
  for (const issue of leading(read.error.issues)) {
    if (reporter.isFull()) break;
    report(issue, { schema, value, reporter });
  }
  // Further problems are not told any more.
  if (reporter.isFull()) return { doc: null, rest: null };
  const without = structuredClone(value);
  read.error.issues.forEach((issue) => removeFaulty(issue, without));
  return { doc: null, rest: readRest(schema, without) };
}

/** Stands for a text that is missing. */
const filler = 'unread';

function readRest<T>(schema: z.ZodType<T>, value: unknown): T | null {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  for (const { code, path, ...issue } of read.error.issues) {
    const parent = valueAt(value, path.slice(0, -1));
    const isText = code === 'invalid_type' && 'expected' in issue && issue.expected === 'string';
    if (!isText || parent === null || typeof parent !== 'object') return null;
    Reflect.set(parent, path.at(-1) ?? '', filler);
  }
  return schema.safeParse(value).data ?? null;
}

/** The issues without those that follow from a wrong type: an empty list in the place of a text is too short, too. */
function leading(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const placeOf = ({ path }: z.core.$ZodIssue) => JSON.stringify(path);
  const mistyped = new Set(issues.filter(({ code }) => code === 'invalid_type').map(placeOf));
  if (mistyped.size === 0) return issues;
  return issues.filter((issue) => issue.code === 'invalid_type' || !mistyped.has(placeOf(issue)));
}

function removeFaulty(issue: z.core.$ZodIssue, value: unknown): void {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : issue.path.slice(-1);
  const parent = valueAt(value, issue.code === 'unrecognized_keys' ? issue.path : issue.path.slice(0, -1));
  if (parent === null || typeof parent !== 'object' || Array.isArray(parent)) return;
  for (const key of keys) Reflect.deleteProperty(parent, key);
}

interface Subject {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly reporter: Reporter;
}

function report(issue: z.core.$ZodIssue, subject: Subject): void {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      if (subject.reporter.isFull()) return;
      unknownField([...path, key], subject);
    }
    return;
  }
  const nested = issue.code === 'invalid_union' ? meantOption(issue, path, subject) : null;
  if (nested !== null) {
    for (const inner of leading(nested)) report({ ...inner, path: [...issue.path, ...inner.path] }, subject);
    return;
  }
  const found = valueAt(subject.value, path);
  const name = pathText(path) === '' ? 'the document' : pathText(path);
  if (found === undefined) subject.reporter.error('DOCUMENT_INVALID', path, `${name} is missing`, hintOfMissing(path));
  else
    subject.reporter.error(
      'DOCUMENT_INVALID',
      path,
      `${name} ${wordsOf(issue, found, subject, path)}`,
      hintOf(issue, found),
    );
}

/** In YAML `n`, `on` and `1` are no text: what is written looks like one. */
function hintOf(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  const isText = issue.code === 'invalid_type' && issue.expected === 'string';
  return isText && (typeof found === 'boolean' || typeof found === 'number') ? 'put it in quotes' : undefined;
}

function unknownField(path: Steps, { schema, reporter }: Subject): void {
  const instead = insteadOfMember(path);
  if (instead !== undefined) {
    reporter.error('UNSUPPORTED', path, `${pathText(path)} is not supported`, instead);
    return;
  }
  const known = keysAt(schema, path.slice(0, -1));
  const meant = similar(String(path.at(-1)), known);
  const list = known.length > 0 && known.length <= 12 ? `fields here: ${known.join(', ')}` : 'remove it';
  const name = String(path.at(-1));
  const isMetadata = path.length === 1 && keysAt(schema, ['metadata']).includes(name);
  const likely = isMetadata ? `metadata.${name}` : meant;
  const hint = likely === undefined ? list : `did you mean ${likely}?`;
  reporter.error('UNKNOWN_FIELD', path, `unknown field ${pathText(path)}`, hint);
}

// Of a choice between mappings, the one is meant that has only its own mistakes: no unknown keys at its top.
function meantOption(
  issue: Extract<z.core.$ZodIssue, { code: 'invalid_union' }>,
  path: Steps,
  { value }: Subject,
): z.core.$ZodIssue[] | null {
  const found = valueAt(value, path);
  if (found === null || typeof found !== 'object' || Array.isArray(found)) return null;
  const isMeant = (issues: readonly z.core.$ZodIssue[]): boolean =>
    issues.every(({ path: inner }) => inner.length > 0 && valueAt(found, inner.slice(0, 1)) !== undefined);
  return issue.errors.find(isMeant) ?? null;
}

function wordsOf(issue: z.core.$ZodIssue, found: unknown, { schema }: Subject, path: Steps): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeNames[issue.expected] ?? issue.expected}, and is ${typeOf(found)}`;
    case 'invalid_value':
      return `must be ${choice(issue.values.map(String))}`;
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? 'must not be empty'
        : `must be ${String(issue.minimum)} or more`;
    case 'too_big':
      return `must be ${String(issue.maximum)} or less`;
    case 'invalid_union':
      return `must be ${optionsAt(schema, path)}`;
    case 'invalid_key':
      return 'has a key that is not allowed';
    default:
      return `is not valid: ${issue.message}`;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function typeOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? `the number ${value}` : JSON.stringify(value);
}

function choice(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `one of ${values.join(', ')}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      at !== null && typeof at === 'object' ? (at as Readonly<Record<PropertyKey, unknown>>)[step] : undefined,
    value,
  );
}

/** The part of zod's schema definition that is needed to find the keys that are allowed at a path. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly entries?: Readonly<Record<string, string>>;
}

function definitionOf(schema: z.ZodType): Definition {
  return schema.def;
}

function schemasAt(schema: z.ZodType, path: Steps): z.ZodType[] {
  const { innerType, options, element, valueType, shape } = definitionOf(schema);
  if (innerType !== undefined) return schemasAt(innerType, path);
  if (options !== undefined) return options.flatMap((option) => schemasAt(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return [schema];
  const next = element ?? valueType ?? shape?.[step];
  return next === undefined ? [] : schemasAt(next, rest);
}

function keysAt(schema: z.ZodType, path: Steps): string[] {
  return [...new Set(schemasAt(schema, path).flatMap((at) => Object.keys(definitionOf(at).shape ?? {})))];
}

function optionsAt(schema: z.ZodType, path: Steps): string {
  const options = schemasAt(schema, path).map((option) => {
    const { type, shape, entries } = definitionOf(option);
    if (shape !== undefined) return `{ ${Object.keys(shape).join(', ')} }`;
    return entries === undefined ? (typeNames[type] ?? type) : Object.values(entries).join(' or ');
  });
  return [...new Set(options)].join(' or ');
}
