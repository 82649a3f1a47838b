import { atOnce, mapping, type Work } from '../../shared/lib/slices.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import { holdKey, holdKinds, type FoundHold, type Hold } from './hold.ts';
import type { State } from './state.ts';

/** The holds of the last pass of this process; null before the first one. */
export interface HoldMemory {
  last: readonly Hold[] | null;
  /** What they were found as. */
  found?: readonly FoundHold[];
}

/** Dates the holds of a pass and remembers them; answers those of the pass before, too: after a restart as far as the ledger tells. */
export function trackHolds(memory: HoldMemory, found: readonly FoundHold[], facts: TrackFacts): TrackedHolds {
  return atOnce(trackingHolds(memory, found, facts));
}

/** The holds of the pass before, and those of this one. */
export interface TrackedHolds {
  readonly before: readonly FoundHold[];
  readonly after: readonly Hold[];
}

interface TrackFacts {
  readonly state: Pick<State, 'guarded' | 'problems'>;
  /** ISO time. */
  readonly now: string;
}

/** The same, as work in steps. */
export function* trackingHolds(
  memory: HoldMemory,
  found: readonly FoundHold[],
  { state, now }: TrackFacts,
): Work<TrackedHolds> {
  const { last } = memory;
  // A delivery may hold very many clusters, pass after pass.
  if (last !== null && isSameList(memory.found, found)) return { before: last, after: last };
  const after = yield* datingHolds(found, last ?? [], now);
  memory.last = after;
  memory.found = found;
  return { before: last ?? (yield* recallingHolds(found, state)), after };
}

/** What naming a hold costs, in units of a slice. */
const holdUnits = 0.1;

function isSameList(a: readonly FoundHold[] | undefined, b: readonly FoundHold[]): boolean {
  return a?.length === b.length && a.every((hold, index) => hold === b[index]);
}

/**
 * The holds of a pass, each once, by rank, application and cluster. A hold that was there before keeps its time, a change
 * that waits has its own, and the rest began now.
 */
function* datingHolds(found: readonly FoundHold[], before: readonly Hold[], now: string): Work<Hold[]> {
  const known = new Map(yield* mapping(before, holdUnits, (hold) => [holdKey(hold), hold.since] as const));
  const dated = yield* mapping(found, holdUnits, (hold): readonly [string, Hold] => {
    const key = holdKey(hold);
    return [key, { ...hold, since: hold.change?.since ?? known.get(key) ?? now }];
  });
  return [...new Map(dated).values()].sort(
    (a, b) =>
      holdKinds[a.by].rank - holdKinds[b.by].rank ||
      byCodeUnit(a.app ?? '', b.app ?? '') ||
      byCodeUnit(a.cluster ?? '', b.cluster ?? ''),
  );
}

/**
 * The holds among those found that the last process had found, too, as far as the ledger tells: their problems or their
 * change are in it. After a restart they are nothing new.
 */
function* recallingHolds(
  found: readonly FoundHold[],
  { guarded, problems }: Pick<State, 'guarded' | 'problems'>,
): Work<FoundHold[]> {
  const changes = new Set<string>(guarded.map(({ change }) => change));
  const told = new Set(yield* mapping(problems, holdUnits, (problem) => JSON.stringify(problem)));
  const isKnown = (hold: FoundHold): boolean => {
    if (hold.change !== undefined) return changes.has(hold.change.change);
    return hold.problems?.some((problem) => told.has(JSON.stringify(problem))) ?? false;
  };
  const known = yield* mapping(found, holdUnits, (hold) => (isKnown(hold) ? [hold] : []));
  return known.flat();
}
