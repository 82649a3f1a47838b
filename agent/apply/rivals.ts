import type { SluiceError } from '../../shared/errors.ts';
import { fieldManager } from '../../shared/model/names.ts';
import type { ObjectMeta } from '../../shared/model/object.ts';
import type { Rival } from '../model/rows.ts';

/** The managers that a refused write names, each with the fields that it took; other entries of our own are left out. */
export function rivalsOf(error: SluiceError): Rival[] {
  const causes = (error.data.facts?.['causes'] ?? []) as readonly {
    readonly manager: string;
    readonly field: string;
  }[];
  const fields = new Map<string, string[]>();
  for (const { manager, field } of causes) {
    if (isOurs(manager)) continue;
    fields.set(manager, [...(fields.get(manager) ?? []), field.replace(/^\./, '')]);
  }
  return [...fields].map(([manager, list]) => ({ manager, fields: list }));
}

/** The manager that wrote an object last beside us, by its metadata: one that removes a field leaves no other trace. */
export function lastRival({ managedFields = [] }: ObjectMeta): Rival[] {
  const others = managedFields.filter(
    ({ manager = '', subresource = '' }) => manager !== '' && !isOurs(manager) && subresource !== 'status',
  );
  const newest = others.reduce<(typeof others)[number] | null>(
    (best, one) => (best === null || (one.time ?? '') >= (best.time ?? '') ? one : best),
    null,
  );
  return newest === null ? [] : [{ manager: newest.manager ?? '', fields: [] }];
}

/** `taken back from kubectl-edit: spec.replicas`, by manager. */
export function takenText(rivals: readonly Rival[]): string {
  return rivals.map(({ manager, fields }) => `taken back from ${manager}: ${fields.join(', ')}`).join('; ');
}

function isOurs(manager: string): boolean {
  return manager.startsWith(fieldManager);
}
