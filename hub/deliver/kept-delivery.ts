import type { Assignment } from '../model/rendered.ts';
import type { KeptPlaces } from './kept-places.ts';
import type { KeptWanted } from './kept-wanted.ts';
import type { KeptWave } from './kept-wave.ts';
import type { KeptMembers } from './kept-members.ts';

/**
 * What was found of the units of one application in the pass before. Each part of it has what it was made from, and is made anew where
 * that is another value, but for units: of those the ones that are other values are looked at.
 */
export interface KeptDelivery {
  /** The waves of each step, by its name. */
  readonly members: Map<string, KeptMembers>;
  /** Where the units of each wave stand, by its key. */
  readonly waves: Map<string, KeptWave>;
  wanted: KeptWanted | null;
  places: KeptPlaces | null;
}

/** Nothing is kept yet. */
export function nothingKept(): KeptDelivery {
  return { members: new Map(), waves: new Map(), wanted: null, places: null };
}

const known = new WeakMap<readonly Assignment[], KeptDelivery>();

/** What is kept of an application: found again for as long as it has the very same places. */
export function keptOf(own: readonly Assignment[]): KeptDelivery {
  const kept = known.get(own) ?? nothingKept();
  known.set(own, kept);
  return kept;
}

/** Forgets what is kept of an application that nothing asks for. */
export function forgetKept(own: readonly Assignment[]): void {
  known.delete(own);
}
