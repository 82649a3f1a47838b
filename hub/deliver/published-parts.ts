import type { Hold } from '../model/hold.ts';
import { heldBefore, holdOn } from './facts.ts';
import type { PartMemory } from './parts.ts';

/** What one pass came to, as far as it tells what was published. */
export interface PublishedFacts {
  /** What it wanted, by `unit cluster`. */
  readonly wanted: PartMemory['published'];
  readonly holds: readonly Pick<Hold, 'app' | 'cluster' | 'by' | 'reason'>[];
  /** False where a part of the clusters waits for the next pass. */
  readonly isWhole: boolean;
}

/** What is published of units whose components come one after the other: what was wanted, unless something held it. Pure. */
export function partsAfter(
  before: PartMemory['published'],
  { wanted, holds, isWhole }: PublishedFacts,
): PartMemory['published'] {
  if (wanted.size === 0) return before.size === 0 ? before : new Map();
  const held = heldBefore(holds);
  return new Map(
    [...wanted].flatMap(([key, part]): readonly (readonly [string, string])[] => {
      const [unit = '', cluster = ''] = key.split(' ');
      const known = before.get(key);
      if (isWhole && holdOn(held, unit, cluster) === null) return [[key, part]];
      return known === undefined ? [] : [[key, known]];
    }),
  );
}
