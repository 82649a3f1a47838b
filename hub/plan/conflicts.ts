import { by } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { fileBytes, type BundleLimits } from '../../shared/model/limits.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { Entry } from './entry.ts';
import type { UnitSize } from './sizes.ts';

/** The ids that a unit claims. */
interface Claims {
  readonly objects: readonly { readonly id: ObjectId }[];
  /** What serves until the content does. */
  readonly from?: Pick<Claims, 'objects'> | undefined;
}

function claimed({ objects, from }: Claims): readonly { readonly id: ObjectId }[] {
  return from === undefined ? objects : [...objects, ...from.objects];
}

/** Units that want an id which another unit keeps, with one such id: the unit that has it in the last bundle keeps it, else the first by name. */
export function nameConflicts(
  chosen: ReadonlyMap<string, { readonly app: Claims }>,
  previous: ReadonlyMap<string, Claims>,
): Map<string, { readonly id: ObjectId; readonly keeper: string }> {
  const keepers = new Map<ObjectId, string>();
  const units = [...chosen].sort(by(([unit]) => unit));
  const claims = units.flatMap(([unit, { app }]) => claimed(app).map(({ id }) => ({ unit, id })));
  const owns = new Map([...previous].flatMap(([unit, app]) => claimed(app).map(({ id }) => [id, unit] as const)));
  const owners = claims.filter(({ unit, id }) => owns.get(id) === unit);
  for (const { unit, id } of [...owners, ...claims]) if (!keepers.has(id)) keepers.set(id, unit);
  const losers = new Map<string, { readonly id: ObjectId; readonly keeper: string }>();
  for (const [unit, { app }] of units) {
    const lost = claimed(app).find(({ id }) => keepers.get(id) !== unit);
    if (lost !== undefined) losers.set(unit, { id: lost.id, keeper: keepers.get(lost.id) ?? '' });
  }
  return losers;
}

/** The sum of a bundle, and the unit that makes it too large with its own size. */
export interface Overflow {
  readonly unit: string | null;
  readonly objects: number;
  readonly bytes: number;
  readonly apps: number;
  readonly own: UnitSize;
}

/** The sum of a bundle, and the unit that makes it too large: units that change come last, by name. */
export function overflow(
  chosen: ReadonlyMap<string, Entry>,
  previous: ReadonlyMap<string, BundleApp>,
  { limits, sizeOf }: { readonly limits: BundleLimits; readonly sizeOf: (entry: Entry) => UnitSize },
): Overflow {
  const isChanged = (unit: string, { app }: Entry): boolean => previous.get(unit)?.digest !== app.digest;
  const units = [...chosen]
    .sort(by(([unit]) => unit))
    .sort((a, b) => Number(isChanged(...a)) - Number(isChanged(...b)));
  const sum = { objects: 0, bytes: 0, apps: 0 };
  for (const [unit, entry] of units) {
    const own = sizeOf(entry);
    sum.objects += claimed(entry.app).length;
    sum.bytes += own.bytes;
    sum.apps += 1;
    const isTooMany = sum.objects > limits.objects || sum.bytes > limits.bytes || sum.apps > limits.apps;
    const isTooLarge = isTooMany || own.bytes > limits.appBytes || own.document > fileBytes;
    if (isTooLarge && isChanged(unit, entry)) return { unit, ...sum, own };
  }
  return { unit: null, ...sum, own: { bytes: 0, document: 0 } };
}

/** What of a bundle is too large, in words. */
export function overflowWords({ objects, bytes, apps, own }: Overflow, limits: BundleLimits): string {
  if (own.document > fileBytes)
    return `its list of objects would have ${own.document} bytes; the limit is ${fileBytes}`;
  if (own.bytes > limits.appBytes) return `it would have ${own.bytes} bytes by itself; the limit is ${limits.appBytes}`;
  if (apps > limits.apps) return `the bundle would have ${apps} applications; the limit is ${limits.apps}`;
  return `the bundle would have ${objects} objects and ${bytes} bytes; the limits are ${limits.objects} and ${limits.bytes}`;
}
