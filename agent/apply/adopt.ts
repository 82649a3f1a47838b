import { fieldManager } from '../../shared/model/names.ts';
import type { ManagedFieldsEntry } from '../../shared/model/object.ts';

type FieldSet = Readonly<Record<string, unknown>>;

/**
 * Managers through which people bring in whole manifests: what they own of an adopted object is the earlier manifest, and goes
 * when the bundle has it no more. What only labels, annotates, scales or restarts is left alone.
 */
const manifestManagers: ReadonlySet<string> = new Set([
  'before-first-apply',
  'helm',
  'Helm',
  'kubectl',
  'kubectl-client-side-apply',
  'kubectl-create',
  'kubectl-edit',
  'kubectl-patch',
  'kubectl-replace',
  'kubectl-set',
]);

/**
 * The managedFields of an object that is adopted: what kubectl and Helm own becomes ours, so that the next apply removes what the
 * manifest does not have. Null when they own nothing. `spec.replicas` stays theirs: without an owner it would fall back to 1.
 */
export function takenOver(entries: readonly ManagedFieldsEntry[], apiVersion: string): ManagedFieldsEntry[] | null {
  const theirs = entries.filter(isManifest);
  if (theirs.length === 0) return null;
  const isOwn = (one: ManagedFieldsEntry) =>
    one.manager === fieldManager && one.operation === 'Apply' && (one.subresource ?? '') === '';
  const sets = [...entries.filter(isOwn), ...theirs].map((one) => fieldsOf(one));
  const fields = sets.map((set) => without(set, replicas)).reduce(union, {});
  const left = theirs.flatMap((one) => {
    const kept = only(fieldsOf(one), replicas);
    return kept === null ? [] : [{ ...one, fieldsV1: kept }];
  });
  const own: ManagedFieldsEntry = {
    manager: fieldManager,
    operation: 'Apply',
    apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
  };
  return [own, ...entries.filter((one) => !isOwn(one) && !isManifest(one)), ...left];
}

const replicas = ['f:spec', 'f:replicas'] as const;

function isManifest({ manager = '', subresource = '' }: ManagedFieldsEntry): boolean {
  return subresource === '' && manifestManagers.has(manager);
}

function fieldsOf({ fieldsV1 }: ManagedFieldsEntry): FieldSet {
  return asSet(fieldsV1);
}

function asSet(value: unknown): FieldSet {
  return value !== null && typeof value === 'object' ? (value as FieldSet) : {};
}

function union(a: FieldSet, b: FieldSet): FieldSet {
  const merged: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) merged[key] = key in a ? union(asSet(a[key]), asSet(value)) : value;
  return merged;
}

/** The set without the field at a path; parents that are left empty go, too. */
export function without(set: FieldSet, path: readonly string[]): FieldSet {
  const [key, ...rest] = path;
  if (key === undefined || !(key in set)) return set;
  const { [key]: here, ...others } = set;
  if (rest.length === 0) return others;
  const inner = without(asSet(here), rest);
  return Object.keys(inner).length === 0 ? others : { ...others, [key]: inner };
}

function only(set: FieldSet, path: readonly string[]): FieldSet | null {
  const [key, ...rest] = path;
  if (key === undefined) return set;
  if (!(key in set)) return null;
  const inner = only(asSet(set[key]), rest);
  return inner === null ? null : { [key]: inner };
}
