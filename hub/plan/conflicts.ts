import { by } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { bundleLimits } from '../../shared/model/limits.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { Entry } from './entry.ts';

/** The ids that a unit claims. */
interface Claims {
  readonly objects: readonly { readonly id: ObjectId }[];
}

/** Units that want an id which another unit keeps, with one such id: the unit that has it in the last bundle keeps it, else the first by name. */
export function nameConflicts(
  chosen: ReadonlyMap<string, { readonly app: Claims }>,
  previous: ReadonlyMap<string, Claims>,
): Map<string, { readonly id: ObjectId; readonly keeper: string }> {
  const keepers = new Map<ObjectId, string>();
  const units = [...chosen].sort(by(([unit]) => unit));
  const claims = units.flatMap(([unit, { app }]) => app.objects.map(({ id }) => ({ unit, id })));
  const owns = new Map([...previous].flatMap(([unit, app]) => app.objects.map(({ id }) => [id, unit] as const)));
  const owners = claims.filter(({ unit, id }) => owns.get(id) === unit);
  for (const { unit, id } of [...owners, ...claims]) if (!keepers.has(id)) keepers.set(id, unit);
  const losers = new Map<string, { readonly id: ObjectId; readonly keeper: string }>();
  for (const [unit, { app }] of units) {
    const lost = app.objects.find(({ id }) => keepers.get(id) !== unit);
    if (lost !== undefined) losers.set(unit, { id: lost.id, keeper: keepers.get(lost.id) ?? '' });
  }
  return losers;
}

/** The sum of a bundle, and the unit that makes it too large: units that change come last, by name. */
export function overflow(
  chosen: ReadonlyMap<string, Entry>,
  previous: ReadonlyMap<string, BundleApp>,
  sizeOf: (entry: Entry) => number,
): { readonly unit: string | null; readonly objects: number; readonly bytes: number } {
  const isChanged = (unit: string, { app }: Entry): boolean => previous.get(unit)?.digest !== app.digest;
  const units = [...chosen]
    .sort(by(([unit]) => unit))
    .sort((a, b) => Number(isChanged(...a)) - Number(isChanged(...b)));
  let objects = 0;
  let bytes = 0;
  for (const [unit, entry] of units) {
    objects += entry.app.objects.length;
    bytes += sizeOf(entry);
    const isTooLarge = objects > bundleLimits.objects || bytes > bundleLimits.bytes;
    if (isTooLarge && isChanged(unit, entry)) return { unit, objects, bytes };
  }
  return { unit: null, objects, bytes };
}
