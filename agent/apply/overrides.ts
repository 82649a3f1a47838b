import { SluiceError } from '../../shared/errors.ts';
import { pointerParts } from '../../shared/model/ignored.ts';
import { label, managedBy, owner } from '../../shared/model/names.ts';
import type { KubeObject } from '../../shared/model/object.ts';

/** The annotations that make an object this agent's. */
export interface Ownership {
  readonly registration: string;
  readonly application: string;
  readonly nonce: string;
}

/**
 * The object as it is sent: the bundle's text with values at the JSON pointers that the bundle names, the managed-by label, and
 * the owner annotations. Throws OBJECT_INVALID when a pointer leads nowhere.
 */
export function withOverrides(
  text: string,
  overrides: readonly { readonly pointer: string; readonly value: number }[],
  ownership: Ownership,
): KubeObject {
  const object = JSON.parse(text) as KubeObject;
  for (const { pointer, value } of overrides) setAt(object, pointer, value);
  const { metadata } = object;
  metadata.labels = { ...metadata.labels, [label.managedBy]: managedBy };
  metadata.annotations = {
    ...metadata.annotations,
    [owner.registration]: ownership.registration,
    [owner.application]: ownership.application,
    [owner.nonce]: ownership.nonce,
  };
  return object;
}

/** Sets the value at an RFC 6901 pointer; the parent must exist. */
export function setAt(object: object, pointer: string, value: unknown): void {
  const path = pointerParts(pointer);
  const last = path.pop();
  let here: unknown = object;
  for (const key of path) here = member(here, key);
  if (last === undefined || here === null || typeof here !== 'object') {
    throw new SluiceError('OBJECT_INVALID', 'a pointer of the bundle leads nowhere', { subject: pointer });
  }
  (here as Record<string, unknown>)[last] = value;
}

function member(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
