import type { AppDelivery } from './delivery.ts';
import { valueAt, type JsonMap } from './json-map.ts';

/** The member of what a step brings that says which fields of an object are to be reported; such an object is not written. */
const fieldsMember = 'sluice.dev/reads';

/** An object that a step reads in its cluster, in the namespace of the application. */
export interface ReadObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** What a step brings that reads an object: `fields` are JSON pointers. */
export function readingOf({ apiVersion, kind, name }: ReadObject, fields: readonly string[]): JsonMap {
  return { apiVersion, kind, name, [fieldsMember]: fields };
}

/** The fields that are to be reported of what a step brings; null where it is an object that is written. */
export function fieldsToRead(brought: JsonMap): readonly string[] | null {
  const fields = brought[fieldsMember];
  return Array.isArray(fields) ? (fields as readonly string[]) : null;
}

/** The object that a step reads; null where it is one that is written. */
export function readIn(brought: JsonMap): ReadObject | null {
  if (fieldsToRead(brought) === null) return null;
  const { apiVersion, kind, name } = brought;
  return { apiVersion, kind, name } as ReadObject;
}

/** Names what a step brings, an object or one that it reads: another text for every other one. */
export function nameOfBrought(brought: JsonMap): string {
  const { apiVersion, kind, name } = brought;
  const of = (member: string) => valueAt(brought, 'metadata', member) ?? null;
  return JSON.stringify([apiVersion, kind, name ?? of('name'), of('namespace'), fieldsToRead(brought) !== null]);
}

/** A reading without its fields: the reference that it is. */
export function referenceOf(reading: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(reading).filter(([member]) => member !== fieldsMember));
}

/** True while a delivery runs whose steps read objects. */
export function isReading({ last, objects = {} }: Pick<AppDelivery, 'last' | 'objects'>): boolean {
  return (
    last.phase === 'running' && Object.values(objects).some((own) => own.some((one) => fieldsToRead(one) !== null))
  );
}
