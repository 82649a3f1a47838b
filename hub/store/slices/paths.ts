import { digestOf } from '../../../shared/lib/canonical.ts';

/** The folder, of 256, that a name falls into: two hexadecimal digits. One change then rewrites small trees only. */
export const spread = (name: string): string => digestOf(name).slice('sha256:'.length, 'sha256:'.length + 2);

/** A text as one path segment: characters that Git or a file system does not take are percent-encoded. */
export function segment(text: string): string {
  const escaped = encodeURIComponent(text).replace(/[!'()*~]/g, hex);
  return escaped.startsWith('.') ? `%2E${escaped.slice(1)}` : escaped === '' ? '%' : escaped;
}

/** A key of parts joined with `/` as path segments. */
export function keySegments(key: string): string[] {
  return key.split('/').map(segment);
}

/** The path of the JSON file of such a key. */
export function fileOf(key: string): string[] {
  const parts = keySegments(key);
  return [...parts.slice(0, -1), `${parts.at(-1) ?? ''}.json`];
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
