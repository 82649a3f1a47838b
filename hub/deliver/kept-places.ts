import type { FoundHold } from '../model/hold.ts';
import type { Assignment } from '../model/rendered.ts';
import { placesOn } from './place-list.ts';
import { deliveryHold, place, type Former, type Found } from './places.ts';
import type { Wanted } from './wanted.ts';

/** The places of an application of which something else is wanted than the documents say, and what that was found from. */
export interface KeptPlaces {
  readonly wanted: ReadonlyMap<string, Wanted>;
  /** Of those that stay as they are. */
  readonly holds: readonly FoundHold[];
  readonly others: readonly { readonly places: readonly Assignment[]; readonly wanted: Wanted }[];
}

/** What is wanted of the units of an application, and where. */
export interface PlaceWanted {
  readonly own: readonly Assignment[];
  readonly wanted: ReadonlyMap<string, Wanted>;
  readonly former: Former;
}

/** Puts what is wanted of units into the place of what the documents say. Those that stay are found once for the same answer. */
export function placeWanted(
  found: Found,
  kept: { places: KeptPlaces | null },
  { own, wanted, former }: PlaceWanted,
): void {
  const now = kept.places?.wanted === wanted ? kept.places : wantedPlaces(own, wanted);
  kept.places = now;
  for (const hold of now.holds) found.holds.push(hold);
  for (const one of now.others) place(found, { ...one, former, withObjects: (made) => made });
}

function wantedPlaces(own: readonly Assignment[], wanted: ReadonlyMap<string, Wanted>): KeptPlaces {
  const holds: FoundHold[] = [];
  const others: KeptPlaces['others'][number][] = [];
  for (const { key, own: places } of placesOn(own).all) {
    const one = wanted.get(key);
    if (one === undefined) continue;
    if (one.kind === 'stay') holds.push(deliveryHold(places[0] as Assignment, one.reason));
    else others.push({ places, wanted: one });
  }
  return { wanted, holds, others };
}
