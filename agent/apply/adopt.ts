import { isSameRun } from '../model/analysis-run.ts';
import { isTakenNonce, takenNonce, type InventoryEntry } from '../model/inventory.ts';
import { fieldManager, owner } from '../../shared/model/names.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../shared/model/object.ts';

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
  'velero-server',
]);

/**
 * Whose an object is that has a wanted name, by its annotations: `isCreation` = this very creation made it, `isMade` = it is ours and we made it, `isOwn` = it
 * is ours, and may be there since before us.
 */
export function ownershipOf(
  annotations: Readonly<Record<string, string>>,
  wanted: {
    readonly registration: string;
    readonly application: string;
    readonly nonce: string;
    /** Its manifest asks to take it over. */
    readonly mayAdopt: boolean;
  },
) {
  const holder = annotations[owner.registration];
  // Proved by the nonce; or, where the inventory or the object was lost and came back, by the application that wants it.
  const nonce = annotations[owner.nonce] ?? '';
  const isCreation = nonce === wanted.nonce || isSameRun(wanted.nonce, nonce);
  const isWanted = isCreation || annotations[owner.application] === wanted.application;
  const isOwn = holder === wanted.registration && isWanted;
  // What was taken over and let go of, or not recorded, has our annotations, and is not ours to delete.
  const isMade = isOwn && (isCreation || !(wanted.mayAdopt || isTakenNonce(nonce)));
  return { holder, isOwn, isCreation, isMade };
}

/**
 * What is sent to take an object over, and its entry, with a nonce made of an unguessable `id` that proves no creation: an agent that
 * dies before it records what this was finds it marked.
 */
export function asTaken<S extends { readonly object: KubeObject; readonly entry: InventoryEntry }>(
  sending: S,
  id: string,
): S {
  const { object, entry } = sending;
  const nonce = takenNonce(id);
  const annotations = { ...object.metadata.annotations, [owner.nonce]: nonce };
  return {
    ...sending,
    object: { ...object, metadata: { ...object.metadata, annotations } },
    entry: { ...entry, nonce },
  };
}

/**
 * The managedFields of an object that is adopted: what kubectl and Helm own becomes ours, so that the next apply removes what the
 * manifest does not have. Null when they own nothing. `spec.replicas` stays theirs: without an owner it would fall back to 1.
 */
export function takenOver(
  entries: readonly ManagedFieldsEntry[],
  apiVersion: string,
  isTheirs: (entry: ManagedFieldsEntry) => boolean = isManifest,
): ManagedFieldsEntry[] | null {
  const theirs = entries.filter(isTheirs);
  if (theirs.length === 0) return null;
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
  return [own, ...entries.filter((one) => !isOwn(one) && !isTheirs(one)), ...left];
}

/**
 * True for what goes when an object is replaced whole: all that others wrote but its status, its scale, and what the controllers of
 * Kubernetes keep of it.
 */
export function isOfOthers(entry: ManagedFieldsEntry): boolean {
  return !isOwn(entry) && (entry.subresource ?? '') === '' && entry.manager !== 'kube-controller-manager';
}

/**
 * The managedFields of an object of ours without what brought in whole manifests beside us: of fields that are ours, too, it lets
 * go, so that they go when they leave our manifest. Null when there are none. This happens where managedFields were emptied, by a
 * backup that was restored, say: the API server then gives all that was there to a manager of its own making.
 */
export function released(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] | null {
  const own = entries.find(isOwn);
  if (own === undefined) return null;
  const kept = entries.map((one) => ({ one, left: isManifest(one) ? minus(fieldsOf(one), fieldsOf(own)) : null }));
  if (kept.every(({ left }) => left === null)) return null;
  return kept.flatMap(({ one, left }) => {
    if (left === null) return [one];
    return isEmpty(left) ? [] : [{ ...one, fieldsV1: left }];
  });
}

const replicas = ['f:spec', 'f:replicas'] as const;

function isOwn({ manager, operation, subresource = '' }: ManagedFieldsEntry): boolean {
  return manager === fieldManager && operation === 'Apply' && subresource === '';
}

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

/** The first set without the fields of the second; null when they have none in common. */
function minus(from: FieldSet, other: FieldSet): FieldSet | null {
  const parts = Object.entries(from).map(([key, value]) => {
    // The mark of a list or map itself is shared by all that have something in it.
    const left = key in other && key !== '.' ? minusValue(asSet(value), asSet(other[key])) : null;
    return { key, value, left };
  });
  if (parts.every(({ left }) => left === null)) return null;
  const kept = parts.filter(({ left }) => left === null || !isEmpty(left));
  if (kept.every(({ key }) => key === '.')) return {};
  return Object.fromEntries(kept.map(({ key, value, left }) => [key, left ?? value]));
}

function minusValue(value: FieldSet, other: FieldSet): FieldSet | null {
  return isEmpty(value) ? {} : minus(value, other);
}

function isEmpty(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
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
