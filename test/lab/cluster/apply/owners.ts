import type { ManagedEntry } from '../json.ts';
import { isEmpty } from './fieldset.ts';
import type { Fields } from './fieldset.ts';

/** One manager's claim on fields: a decoded entry of metadata.managedFields. */
export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fields: Fields;
}

export type Owners = ReadonlyMap<string, Owner>;

/** Which entry a claim belongs to; appliers keep one entry over all versions. */
export function ownerId(owner: Omit<Owner, 'fields'>): string {
  const version = owner.operation === 'Apply' ? '' : owner.apiVersion;
  return [owner.operation, owner.manager, owner.subresource ?? '', version].join('\n');
}

/** The claims in a list of managed fields. */
export function decodeOwners(entries: readonly ManagedEntry[]): Owners {
  return new Map(
    entries.map((entry) => {
      const owner: Owner = {
        manager: entry.manager,
        operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
        apiVersion: entry.apiVersion,
        ...(entry.subresource === undefined ? {} : { subresource: entry.subresource }),
        ...(entry.time === undefined ? {} : { time: entry.time }),
        fields: (entry.fieldsV1 ?? {}) as unknown as Fields,
      };
      return [ownerId(owner), owner];
    }),
  );
}

/** The list of managed fields: appliers first, then by time and manager; empty claims are dropped. */
export function encodeOwners(owners: Owners): readonly ManagedEntry[] {
  const order = (owner: Owner): string => `${owner.operation}\n${owner.time ?? ''}\n${owner.manager}`;
  return [...owners.values()]
    .filter((owner) => !isEmpty(owner.fields))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
    .map((owner) => ({
      manager: owner.manager,
      operation: owner.operation,
      apiVersion: owner.apiVersion,
      ...(owner.time === undefined ? {} : { time: owner.time }),
      fieldsType: 'FieldsV1',
      fieldsV1: owner.fields,
      ...(owner.subresource === undefined ? {} : { subresource: owner.subresource }),
    }));
}
