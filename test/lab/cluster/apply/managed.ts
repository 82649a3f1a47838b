import { equal, isObject, without } from '../json.ts';
import type { JsonObject, ManagedEntry } from '../json.ts';
import { difference, intersection, isEmpty, none, pathsOf, union, withNamed } from './fieldset.ts';
import type { Fields } from './fieldset.ts';
import { decodeOwners, encodeOwners, ownerId } from './owners.ts';
import type { Owner, Owners } from './owners.ts';
import type { Schema } from './schema.ts';
import { compare, fieldsOf, merge, remove } from './typed.ts';
import type { Delta } from './typed.ts';

/** Who writes, and through which door. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  /** RFC 3339, whole seconds. */
  readonly time?: string;
}

/** What the bookkeeping needs to know of a kind at one door. */
export interface Typing {
  readonly schema: Schema;
  /** Whether writes through this door can own a top-level field. */
  readonly owns: (field: string) => boolean;
  /** What an object of the kind has before anybody wrote to it. */
  readonly skeleton: JsonObject;
}

/** An object's content and the claims on it. */
export interface Managed {
  readonly content: JsonObject;
  readonly entries: readonly ManagedEntry[];
}

/** One field that another manager owns. */
export interface FieldConflict {
  readonly manager: string;
  readonly field: string;
}

interface Door {
  readonly writer: Writer;
  readonly typing: Typing;
}

/** Server-side apply of a configuration onto live content (undefined: nothing there yet): the merged content, or who stands in the way. */
export function applyContent(
  live: Managed | undefined,
  config: JsonObject,
  door: Door & { readonly force: boolean },
): Managed | { readonly conflicts: readonly FieldConflict[] } {
  const { writer, typing } = door;
  const base = significant(live?.content ?? {});
  const wanted = ownable(significant(config), typing);
  const known = knownOwners(live, base, door);
  const id = ownerId({ ...writer, operation: 'Apply' });
  const last = known.get(id);
  const owners = new Map(known).set(id, claim(writer, 'Apply', withoutRoots(fieldsOf(wanted, typing.schema))));
  const content = prune(merge(base, wanted, typing.schema), last?.fields ?? none, { owners, schema: typing.schema });
  const delta = changes(base, content, typing);
  const conflicts = conflictsOf(owners, delta, id);
  if (conflicts.length > 0 && !door.force) return { conflicts };
  const time = equal(base, content) ? last?.time : writer.time;
  const left = released(owners, delta, id);
  return { content, entries: encodeOwners(new Map(left).set(id, { ...owners.get(id), ...timed(time) } as Owner)) };
}

/** The claims after a create or an update that changed `before` (undefined: created) into `after`. */
export function updateManaged(before: Managed | undefined, after: JsonObject, door: Door): readonly ManagedEntry[] {
  // Somebody has switched the bookkeeping off by stripping the list; only an apply starts it again.
  if (before?.entries.length === 0) return [];
  const { writer, typing } = door;
  const base = before === undefined ? typing.skeleton : significant(before.content);
  const delta = changes(base, significant(after), typing);
  const left = released(decodeOwners(before?.entries ?? []), delta, undefined);
  const gained = union(delta.added, delta.modified);
  if (isEmpty(gained)) return encodeOwners(left);
  const id = ownerId({ ...writer, operation: 'Update' });
  const own = claim(writer, 'Update', union(left.get(id)?.fields ?? none, gained));
  return encodeOwners(new Map(left).set(id, { ...own, ...timed(writer.time) }));
}

/** The content that managers can own: no identity, nothing that only the server writes. */
export function significant(object: JsonObject): JsonObject {
  const { metadata } = object;
  const kept = isObject(metadata) ? without(metadata, ...serverOwned) : {};
  return { ...without(object, 'apiVersion', 'kind'), metadata: kept };
}

/** The members of metadata that only the server writes. */
export const serverOwned: readonly string[] = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
];

/** Content that nobody claims yet belongs to `before-first-apply` when the first apply comes. */
function knownOwners(live: Managed | undefined, base: JsonObject, { writer, typing }: Door): Owners {
  const known = decodeOwners(live?.entries ?? []);
  if (live === undefined || known.size > 0) return known;
  const first = { ...writer, manager: 'before-first-apply' };
  const fields = changes(typing.skeleton, base, typing).added;
  return new Map([
    [ownerId({ ...first, operation: 'Update' }), { ...claim(first, 'Update', fields), ...timed(writer.time) }],
  ]);
}

/** Nobody owns metadata as a whole. */
function withoutRoots(fields: Fields): Fields {
  const { 'f:metadata': metadata, ...rest } = fields;
  return metadata === undefined || isEmpty(metadata) ? rest : fields;
}

function claim(writer: Writer, operation: Owner['operation'], fields: Fields): Owner {
  const { manager, apiVersion, subresource } = writer;
  return { manager, operation, apiVersion, fields, ...(subresource === undefined ? {} : { subresource }) };
}

function timed(time: string | undefined): { readonly time?: string } {
  return time === undefined ? {} : { time };
}

function ownable(content: JsonObject, typing: Typing): JsonObject {
  return Object.fromEntries(Object.entries(content).filter(([field]) => typing.owns(field)));
}

function changes(before: JsonObject, after: JsonObject, typing: Typing): Delta {
  return compare(ownable(before, typing), ownable(after, typing), typing.schema);
}

function conflictsOf(owners: Owners, delta: Delta, self: string): readonly FieldConflict[] {
  const touched = union(delta.added, delta.modified);
  return [...owners].flatMap(([id, owner]) => {
    if (id === self) return [];
    const manager = conflictName(owner);
    return pathsOf(intersection(owner.fields, touched)).map((field) => ({ manager, field }));
  });
}

/** `"x"`, `"x" with subresource "scale" using apps/v1`: the version of updaters only. */
function conflictName(owner: Owner): string {
  const door = owner.subresource === undefined ? '' : ` with subresource "${owner.subresource}"`;
  return `"${owner.manager}"${door}${owner.operation === 'Apply' ? '' : ` using ${owner.apiVersion}`}`;
}

/** Everybody but `self` loses what was changed or removed. */
function released(owners: Owners, delta: Delta, self: string | undefined): Owners {
  const lost = union(union(delta.added, delta.modified), delta.removed);
  if (isEmpty(lost)) return owners;
  return new Map(
    [...owners].map(([id, owner]) => [id, id === self ? owner : { ...owner, fields: difference(owner.fields, lost) }]),
  );
}

/** Removes what the applier applied last time and applies no more, unless somebody else owns it. */
function prune(
  merged: JsonObject,
  last: Fields,
  { owners, schema }: { readonly owners: Owners; readonly schema: Schema },
): JsonObject {
  if (isEmpty(last)) return merged;
  const all = withNamed(fieldsOf(merged, schema));
  const owned = [...owners.values()].reduce((fields, owner) => union(fields, owner.fields), none);
  const without = withNamed(fieldsOf(remove(merged, withNamed(last), schema), schema));
  const unowned = difference(all, union(without, withNamed(owned)));
  const pruned = withNamed(fieldsOf(remove(merged, unowned, schema), schema));
  return remove(merged, intersection(difference(all, pruned), withNamed(last)), schema);
}
