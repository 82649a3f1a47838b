import { fieldManager } from '../../shared/model/names.ts';
import { pointerParts } from '../../shared/model/ignored.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { get } from '../model/fields.ts';
import { isSameValue } from './same-value.ts';

/**
 * The first of some JSON pointers at which an object is to have another value than it has; null = none. What a server adds is not a change
 * of ours; a field that is left out is one where it is ours.
 */
export function changedField(wanted: KubeObject, live: KubeObject, pointers: readonly string[]): string | null {
  const isChanged = (pointer: string): boolean => {
    const path = pointerParts(pointer);
    const [value, there] = [get(wanted, ...path), get(live, ...path)];
    return value === undefined ? there !== undefined && isOurs(live, path) : !isWithin(value, there);
  };
  return pointers.find(isChanged) ?? null;
}

/** True where a live value has all of a wanted one. */
function isWithin(value: unknown, live: unknown): boolean {
  if (Array.isArray(value) && Array.isArray(live)) {
    return value.length === live.length && value.every((one, index) => isWithin(one, live[index]));
  }
  if (!isMap(value) || !isMap(live)) return isSameValue(value, live);
  return Object.entries(value).every(([key, one]) => isWithin(one, live[key]));
}

/** True for a field that we wrote, by what the server keeps of writers. */
function isOurs({ metadata }: KubeObject, path: readonly string[]): boolean {
  const own = (metadata.managedFields ?? []).find(
    ({ manager, operation, subresource = '' }) =>
      manager === fieldManager && operation === 'Apply' && subresource === '',
  );
  return get(own?.fieldsV1, ...path.map((part) => `f:${part}`)) !== undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
