import type { AppDelivery } from '../model/delivery.ts';
import type { Given } from './parts.ts';
import { areSame, changedAt } from './kept-list.ts';
import type { DeliveryUnit } from './unit.ts';
import { wanting, type Wanted, type WantedInput } from './wanted.ts';

/** What units are to have, and what that was made from. */
export interface KeptWanted {
  readonly from: readonly unknown[];
  readonly units: readonly DeliveryUnit[];
  readonly one: (unit: DeliveryUnit) => Wanted | null;
  readonly wanted: ReadonlyMap<string, Wanted>;
}

/**
 * What each unit of an application is to have (`wantedOf`): the very same answer where no unit is another value that is to have another
 * thing. What depends on all units at once, or on the time, is made anew.
 */
export function wantedNow(
  kept: { wanted: KeptWanted | null },
  record: AppDelivery,
  input: WantedInput,
  parts: Given | undefined,
): ReadonlyMap<string, Wanted> {
  const { units, content, program } = input;
  const from = [record, content, program, parts];
  const before = kept.wanted;
  const changed = before !== null && areSame(before.from, from) ? changedAt(before.units, units) : null;
  if (before === null || changed === null || changed.some((at) => joins(before.units[at]) || joins(units[at]))) {
    const { wanted, one } = wanting(record, input, parts);
    // Of those that join only some get it at once.
    const isEach = one !== null && !units.some(joins);
    kept.wanted = isEach ? { from, units, one, wanted } : null;
    return wanted;
  }
  const wanted = patched(before, units, changed);
  kept.wanted = { ...before, units, wanted };
  return wanted;
}

function joins(unit: DeliveryUnit | undefined): boolean {
  return unit?.published === null;
}

function patched(
  { wanted, one }: KeptWanted,
  units: readonly DeliveryUnit[],
  changed: readonly number[],
): ReadonlyMap<string, Wanted> {
  let next: Map<string, Wanted> | null = null;
  for (const at of changed) {
    const unit = units[at] as DeliveryUnit;
    const now = one(unit);
    if (now === (wanted.get(unit.key) ?? null)) continue;
    next ??= new Map(wanted);
    if (now === null) next.delete(unit.key);
    else next.set(unit.key, now);
  }
  return next ?? wanted;
}
