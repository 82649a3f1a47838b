import type { AppDelivery } from '../model/delivery.ts';
import type { Site } from '../model/fleet.ts';
import type { Assignment } from '../model/rendered.ts';
import type { DocumentOf } from './deployment.ts';
import { placesOn } from './place-list.ts';
import { formerOf, place, type Found, type PlacedAs } from './places.ts';
import type { stepObjects } from './step-objects.ts';
import type { Wanted } from './wanted.ts';

/** What is wanted of the units of an application, and what is put into their places for it. */
export interface PlacedInput {
  readonly own: readonly Assignment[];
  readonly record: AppDelivery;
  readonly wanted: ReadonlyMap<string, Wanted>;
  readonly documentOf: DocumentOf | null;
  readonly objects: ReturnType<typeof stepObjects>;
}

/** What is wanted of a unit there, as far as it can be had. */
export interface WantedThere extends Pick<Assignment, 'unit' | 'cluster'> {
  readonly key: string;
  readonly wanted: Wanted | null;
}

/** What tells of places. */
interface World {
  readonly targets: readonly Site[];
  readonly localCluster: string | null;
  readonly placedAs: PlacedAs;
}

/** Puts what is wanted of each unit into its place, with what steps bring beside it. */
export function placed(
  input: World,
  found: Found,
  { own, record, wanted, documentOf, objects }: PlacedInput,
): readonly WantedThere[] {
  const { targets, localCluster } = input;
  const former = formerOf(input, record, documentOf);
  const withObjects = (made: readonly Assignment[]) => objects?.(made, { targets, localCluster }) ?? made;
  return placesOn(own).all.map(({ unit, cluster, key, own: places }) => {
    const there = { places, former, withObjects, wanted: wanted.get(key) ?? null };
    return { unit, cluster, key, wanted: place(found, there) };
  });
}
