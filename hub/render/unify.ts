import { isMap, type JsonMap } from '../model/json-map.ts';
import type { Steps } from '../model/reporter.ts';
import type { TemplatePlace } from '../cue/program.ts';
import { markDefault, withDefaults, type Defaults, type Facts } from './facts.ts';

/** Two values that cannot both be: where, and where the template says the one of the patch, or which property it is. */
export interface Conflict {
  readonly path: Steps;
  readonly problem: 'value' | 'length';
  readonly place?: TemplatePlace;
  readonly property?: Steps;
}

/** What a patch is applied with: the defaults of the base, and the conflicts that are found. */
export interface Unifying {
  readonly defaults: Defaults;
  readonly conflicts: Conflict[];
}

/** A place in both: what the template says of the patch there, the keys that are in scope, and whether the base is a default. */
interface At {
  readonly path: Steps;
  readonly facts: Facts | undefined;
  readonly keys: readonly string[];
  readonly isDefault: boolean;
}

/**
 * A patch applied to a value as KubeVela does it: maps by member; lists by the `patchKey` in scope (it counts for all that is
 * below), else by index; what `patchStrategy` says is replaced; everything else must be the same, or the base a default.
 * Neither value is changed. The outcome counts only where no conflict was found.
 */
export function unified(base: unknown, patch: unknown, facts: Facts | undefined, unifying: Unifying): unknown {
  return merged(base, patch, { path: [], facts, keys: [], isDefault: false }, unifying);
}

function merged(base: unknown, patch: unknown, at: At, unifying: Unifying): unknown {
  const { facts } = at;
  const keys = facts?.patchKey?.split(',') ?? at.keys;
  if (base === undefined || isReplacing(patch, facts)) return withDefaults(patch, facts, unifying.defaults);
  if (isMap(base) && isMap(patch)) return mergedMaps(base, patch, { ...at, keys }, unifying);
  if (Array.isArray(base) && Array.isArray(patch)) return mergedLists(base, patch, { ...at, keys }, unifying);
  return chosen(base, patch, at, unifying);
}

function isReplacing(patch: unknown, facts: Facts | undefined): boolean {
  const strategy = facts?.patchStrategy;
  return strategy === 'replace' || (strategy === 'retainKeys' && !Array.isArray(patch));
}

/** One of two values that cannot be merged: the same, or the one that is not a default. */
function chosen(base: unknown, patch: unknown, { path, facts, isDefault }: At, unifying: Unifying): unknown {
  if (base === patch) return base;
  if (isDefault) return withDefaults(patch, facts, unifying.defaults);
  // A default gives way to what is there.
  if (facts?.isDefault === true && typeof base === typeof patch) return base;
  const { place, property } = facts ?? {};
  const said = { ...(place !== undefined && { place }), ...(property !== undefined && { property }) };
  unifying.conflicts.push({ path, problem: 'value', ...said });
  return base;
}

function mergedMaps(base: JsonMap, patch: JsonMap, at: At, unifying: Unifying): JsonMap {
  const { defaults } = unifying;
  const made: Record<string, unknown> = { ...base };
  for (const step of defaults.get(base) ?? []) if (!(step in patch)) markDefault(made, step, defaults);
  for (const [name, value] of Object.entries(patch)) {
    const facts = at.facts?.members.get(name);
    const isDefault = defaults.get(base)?.has(name) === true;
    if (facts?.isDefault === true && (made[name] === undefined || isDefault)) markDefault(made, name, defaults);
    made[name] = merged(made[name], value, { path: [...at.path, name], facts, keys: at.keys, isDefault }, unifying);
  }
  return made;
}

type Items = readonly unknown[];

function mergedLists(base: Items, patch: Items, at: At, unifying: Unifying): Items {
  // By a key, no items change none.
  if (patch.length === 0 && at.keys.length > 0 && at.facts?.rest === undefined) return base;
  const hasKey = at.keys.some((key) => patch.some((item) => valueOf(item, key) !== undefined));
  return hasKey ? byKey(base, patch, at, unifying) : byIndex(base, patch, at, unifying);
}

function byIndex(base: Items, patch: Items, at: At, unifying: Unifying): Items {
  if (patch.length < base.length && at.facts?.isOpen !== true) {
    unifying.conflicts.push({ path: at.path, problem: 'length' });
    return base;
  }
  const rest = at.facts?.rest;
  return Array.from({ length: Math.max(base.length, patch.length) }, (_, index) => {
    const item = index < patch.length ? patch[index] : rest;
    return item === undefined ? base[index] : mergedItem(base, index, { item, index }, { at, unifying });
  });
}

function byKey(base: Items, patch: Items, at: At, unifying: Unifying): Items {
  const replacesItems = at.facts?.patchStrategy === 'retainKeys';
  const made = [...base];
  for (const [index, item] of patch.entries()) {
    const slot = slotOf(made, item, at.keys);
    if (slot < 0 || replacesItems) {
      const added = withDefaults(item, at.facts?.members.get(index), unifying.defaults);
      made.splice(slot < 0 ? made.length : slot, slot < 0 ? 0 : 1, added);
    } else made[slot] = mergedItem(made, slot, { item, index }, { at, unifying });
  }
  return made;
}

/** The index of the item that has the same value of a key; -1 where there is none. */
function slotOf(items: Items, item: unknown, keys: readonly string[]): number {
  for (const key of keys) {
    const value = valueOf(item, key);
    const slot = value === undefined ? -1 : items.findIndex((other) => valueOf(other, key) === value);
    if (slot >= 0) return slot;
  }
  return -1;
}

function mergedItem(
  base: Items,
  slot: number,
  { item, index }: { readonly item: unknown; readonly index: number },
  { at, unifying }: { readonly at: At; readonly unifying: Unifying },
): unknown {
  const isDefault = unifying.defaults.get(base)?.has(slot) === true;
  const facts = at.facts?.members.get(index);
  return merged(base[slot], item, { path: [...at.path, slot], facts, keys: at.keys, isDefault }, unifying);
}

/** The value of a key (`secretRef.name`) in an item, where it can be compared. */
function valueOf(item: unknown, key: string): unknown {
  const value = key.split('.').reduce<unknown>((at, step) => (isMap(at) ? at[step] : undefined), item);
  return typeof value === 'object' ? undefined : value;
}
