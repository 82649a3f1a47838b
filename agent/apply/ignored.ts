import { ignoredPointers, pointerParts } from '../../shared/model/ignored.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { get } from '../model/fields.ts';

type Record_ = Record<string, unknown>;

/**
 * The object with the live values of the fields that its manifest leaves to others; where the live object has none, none is sent.
 * An element of a list is the one of the same name, else the one at the same place.
 */
export function withLiveValues(object: KubeObject, live: KubeObject): KubeObject {
  const copy = structuredClone(object);
  for (const pointer of ignoredPointers(object.metadata)) takeAt(copy, live, pointerParts(pointer));
  return copy;
}

function takeAt(wanted: unknown, live: unknown, path: readonly string[]): void {
  const [key, ...rest] = path;
  if (key === undefined || wanted === null || typeof wanted !== 'object') return;
  if (Array.isArray(wanted)) {
    const element: unknown = wanted[Number(key)];
    // The place of an element is nothing that another writer keeps.
    if (rest.length > 0) takeAt(element, counterpart(element, live, Number(key)), rest);
    return;
  }
  const here = wanted as Record_;
  const there = get(live, key);
  if (rest.length > 0) {
    if (here[key] === undefined && there !== undefined) here[key] = {};
    takeAt(here[key], there, rest);
    if (isEmptyRecord(here[key])) Reflect.deleteProperty(here, key);
    return;
  }
  if (there === undefined) Reflect.deleteProperty(here, key);
  else here[key] = structuredClone(there);
}

function counterpart(element: unknown, live: unknown, place: number): unknown {
  if (!Array.isArray(live)) return undefined;
  const name = get(element, 'name');
  const list = live as readonly unknown[];
  return typeof name === 'string' ? list.find((one) => get(one, 'name') === name) : list[place];
}

function isEmptyRecord(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
}
