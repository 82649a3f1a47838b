import { hash } from 'node:crypto';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A sha256 digest in the form `sha256:<64 hex digits>`. */
export type Digest = `sha256:${string}`;

/** The one canonical text of a JSON value: keys sorted by UTF-16 code unit, no white space, undefined members left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** The canonical text for people and Git: like canonicalJson, with two spaces of indentation and a final line break. */
export function canonicalPretty(value: unknown): string {
  return JSON.stringify(sorted(value), null, 2) + '\n';
}

/** The sha256 digest of bytes or of a text's UTF-8 bytes. */
export function digestOf(bytes: string | Uint8Array): Digest {
  return `sha256:${hash('sha256', bytes, 'hex')}`;
}

/** The digest of a value's canonical text. */
export function digestOfValue(value: unknown): Digest {
  return digestOf(canonicalJson(value));
}

// A value that is in order already is not copied: most values were encoded before.
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  return Array.isArray(value) ? sortedList(value) : sortedMembers(value as Readonly<Record<string, unknown>>);
}

function sortedList(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (let at = 0; at < list.length; at += 1) {
    const value = sorted(list[at]);
    if (copy === null && value !== list[at]) copy = list.slice(0, at);
    copy?.push(value);
  }
  return copy ?? list;
}

function sortedMembers(source: Readonly<Record<string, unknown>>): unknown {
  const keys = Object.keys(source);
  const isKept = isPlain(source) && isAscending(keys);
  let copy = isKept ? null : emptyCopy();
  for (const [at, key] of (isKept ? keys : keys.sort()).entries()) {
    const value = sorted(source[key]);
    if (copy === null && value !== source[key]) {
      copy = emptyCopy();
      for (const before of keys.slice(0, at)) copy[before] = source[before];
    }
    if (copy !== null) copy[key] = value;
  }
  return copy ?? source;
}

// A null prototype keeps a key named __proto__ a plain member.
function emptyCopy(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

// Anything else may define its own JSON form (toJSON).
function isPlain(source: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(source);
  return prototype === Object.prototype || prototype === null;
}

function isAscending(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at += 1) {
    if ((keys[at] ?? '') < (keys[at - 1] ?? '')) return false;
  }
  return true;
}
