import { byCodeUnit } from '../../shared/lib/order.ts';
import { holdKey, holdKinds, type FoundHold, type Hold } from './hold.ts';
import type { State } from './state.ts';

/** The holds of the last pass of this process; null before the first one. */
export interface HoldMemory {
  last: readonly Hold[] | null;
}

/** Dates the holds of a pass and remembers them; answers those of the pass before, too: after a restart as far as the ledger tells. */
export function trackHolds(
  memory: HoldMemory,
  found: readonly FoundHold[],
  { state, now }: { readonly state: Pick<State, 'guarded' | 'problems'>; readonly now: string },
): { readonly before: readonly FoundHold[]; readonly after: readonly Hold[] } {
  const { last } = memory;
  const after = dateHolds(found, last ?? [], now);
  memory.last = after;
  return { before: last ?? recallHolds(found, state), after };
}

/**
 * The holds of a pass, each once, by rank, application and cluster. A hold that was there before keeps its time, a change
 * that waits has its own, and the rest began now.
 */
export function dateHolds(found: readonly FoundHold[], before: readonly Hold[], now: string): Hold[] {
  const known = new Map(before.map((hold) => [holdKey(hold), hold.since]));
  const dated = found.map((hold): readonly [string, Hold] => {
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
export function recallHolds(
  found: readonly FoundHold[],
  { guarded, problems }: Pick<State, 'guarded' | 'problems'>,
): FoundHold[] {
  const changes = new Set<string>(guarded.map(({ change }) => change));
  const told = new Set(problems.map((problem) => JSON.stringify(problem)));
  return found.filter((hold) => {
    if (hold.change !== undefined) return changes.has(hold.change.change);
    return hold.problems?.some((problem) => told.has(JSON.stringify(problem))) ?? false;
  });
}
