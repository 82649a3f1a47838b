import { groupKindOf, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import { indexOf } from '../model/app-index.ts';
import { mayTellOf, readsOf } from '../model/reads.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import { pointerParts } from '../../shared/model/ignored.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';

/** The fields that are to be reported of each object, as JSON pointers. */
export type WantedFields = ReadonlyMap<ObjectId, readonly string[]>;

/**
 * What these applications want to know of their own objects, and of those in their own namespace that they only read, or others of these
 * have. Of a Secret nothing is ever told, and of all other objects neither.
 */
export function wantedFields(apps: readonly BundleApp[]): WantedFields {
  const wanted = new Map<ObjectId, readonly string[]>();
  for (const app of apps) {
    for (const { id, fields } of app.observe ?? []) {
      const isOwn = groupKindOf(id) !== '/Secret' && indexOf(app).digests.has(id);
      if (!isOwn && !(mayTellOf(app, id) && apps.some((one) => has(one, id)))) continue;
      const before = wanted.get(id);
      wanted.set(id, before === undefined ? fields : [...new Set([...before, ...fields])].sort(byCodeUnit));
    }
  }
  return wanted;
}

function has(app: BundleApp, id: ObjectId): boolean {
  return indexOf(app).digests.has(id) || readsOf(app).some((one) => one.id === id);
}

/** The values of an object at some pointers; one that leads nowhere has none. What servers keep of writers is never among them. */
export function valuesOf(object: KubeObject, fields: readonly string[]): Readonly<Record<string, unknown>> {
  const metadata = { ...object.metadata };
  Reflect.deleteProperty(metadata, 'managedFields');
  const readable = { ...object, metadata };
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = valueAt(readable, pointerParts(field));
      return value === undefined ? [] : [[field, value] as const];
    }),
  );
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const part of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}
