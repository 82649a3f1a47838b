import { oncePerValue } from '../../shared/lib/memo.ts';
import { applicationOf } from '../model/assignments.ts';
import type { Assignment } from '../model/rendered.ts';
import type { ContentOf } from './deployment.ts';
import { unitAt, type Held, type UnitFacts } from './facts.ts';
import { changedSince, fleetThen, type FleetThen } from './fleet.ts';
import { placesOn } from './place-list.ts';
import type { DeliveryUnit } from './unit.ts';

/** How the content of what was published is read, and what that depends on. */
export interface ContentReader {
  readonly contentOf: ContentOf;
  readonly from: readonly unknown[];
}

/** The units of an application, and what they were made from. */
interface Kept {
  readonly from: readonly unknown[];
  readonly fleet: FleetThen;
  readonly held: HeldThere;
  readonly units: readonly DeliveryUnit[];
}

const known = new WeakMap<readonly Assignment[], Kept>();

/**
 * The units of an application as they are now: the very same list where no cluster has other facts, else only the units of those clusters
 * are looked at. What definitions judge, and whose components come one after the other, is always looked at.
 */
export function unitsNow(
  facts: UnitFacts,
  own: readonly Assignment[],
  { contentOf, from: read }: ContentReader,
): readonly DeliveryUnit[] {
  const app = applicationOf(own[0]?.unit ?? '');
  const fleet = fleetThen(facts);
  const held = heldThere(facts.held, app);
  const isQuiet = facts.judged.saysNothing?.(app) === true && !partApps(facts.published).has(app);
  const from = [facts.targets, facts.listening.since, ...read];
  const before = isQuiet ? known.get(own) : undefined;
  const isOfBefore = before?.from.length === from.length && before.from.every((value, index) => value === from[index]);
  const touched = isOfBefore ? heldSince(before.held, held, changedSince(before.fleet, fleet)) : null;
  const units =
    before === undefined || touched === null
      ? placesOn(own).all.map((place) => unitAt(facts, place.own, contentOf))
      : patched(before.units, own, { touched, unitOf: (places) => unitAt(facts, places, contentOf) });
  if (isQuiet) known.set(own, { from, fleet, held, units });
  else known.delete(own);
  return units;
}

/** Forgets the units of an application that nothing asks for: what they were made from is not kept for them. */
export function forgetUnits(own: readonly Assignment[]): void {
  known.delete(own);
}

interface Patch {
  readonly touched: ReadonlySet<string>;
  readonly unitOf: (places: readonly Assignment[]) => DeliveryUnit;
}

function patched(
  units: readonly DeliveryUnit[],
  own: readonly Assignment[],
  { touched, unitOf }: Patch,
): readonly DeliveryUnit[] {
  let next: DeliveryUnit[] | null = null;
  for (const cluster of touched) {
    for (const { index, own: places } of placesOn(own).byCluster.get(cluster) ?? []) {
      const unit = unitOf(places);
      if (unit === units[index]) continue;
      next ??= [...units];
      next[index] = unit;
    }
  }
  return next ?? units;
}

/** What is held of an application, and of all of them. */
type HeldThere = readonly [all: Held, own: Held];

const nothingHeld: Held = new Map();

function heldThere(held: Held, app: string): HeldThere {
  if (held.size === 0) return [nothingHeld, nothingHeld];
  const groups = heldGroups(held);
  return [groups.get('') ?? nothingHeld, groups.get(app) ?? nothingHeld];
}

const heldGroups = oncePerValue((held: Held) => {
  const groups = Map.groupBy(held, ([key]) => applicationOf(key.slice(0, key.indexOf(' '))));
  return new Map([...groups].map(([app, all]) => [app, new Map(all)]));
});

/** The clusters that changed, and those where something is held now, or was, for another reason; null = that may be any. */
function heldSince(before: HeldThere, now: HeldThere, changed: ReadonlySet<string>): ReadonlySet<string> | null {
  const touched = new Set(changed);
  for (const [index, held] of now.entries()) {
    const former = before[index] ?? nothingHeld;
    for (const key of new Set([...former.keys(), ...held.keys()])) {
      if (former.get(key) === held.get(key)) continue;
      const cluster = key.slice(key.indexOf(' ') + 1);
      if (cluster === '') return null;
      touched.add(cluster);
    }
  }
  return touched;
}

const noNames: ReadonlySet<string> = new Set();

/** The applications of which parts are published. */
function partApps(published: UnitFacts['published']): ReadonlySet<string> {
  return published === undefined || published.size === 0 ? noNames : appsInParts(published);
}

const appsInParts = oncePerValue(
  (published: NonNullable<UnitFacts['published']>): ReadonlySet<string> =>
    new Set([...published.keys()].map((key) => applicationOf(key.slice(0, key.indexOf(' '))))),
);
