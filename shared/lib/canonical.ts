import { createHash } from 'node:crypto';

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
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The digest of a value's canonical text. */
export function digestOfValue(value: unknown): Digest {
  return digestOf(canonicalJson(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const source = value as Readonly<Record<string, unknown>>;
  // A null prototype keeps a key named __proto__ a plain member.
  const target = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(source).sort()) target[key] = sorted(source[key]);
  return target;
}
