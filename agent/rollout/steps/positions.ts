import { byCodeUnit } from '../../../shared/lib/order.ts';
import { appKey } from '../../../shared/wire/bundle.ts';
import type { Positions, Stage } from '../../model/delivery.ts';

/** The positions to keep: of every application of the bundle whose delivery has begun. */
export function positionsOf(stages: readonly Stage[], before: Positions, staying: Positions = {}): Positions {
  const moved = stages.flatMap(({ wanted, position }) =>
    position === null ? [] : [[appKey(wanted), position] as const],
  );
  const next = Object.fromEntries([...Object.entries(staying), ...moved].sort(([a], [b]) => byCodeUnit(a, b)));
  return isSamePositions(before, next) ? before : next;
}

/** How much of a pause may be lost by a restart: it is recorded no more often. */
const recordEveryMs = 30_000;

function isSamePositions(before: Positions, next: Positions): boolean {
  const keys = Object.keys(next);
  if (keys.length !== Object.keys(before).length) return false;
  return keys.every((key) => {
    const [a, b] = [before[key], next[key]];
    if (a === undefined || b === undefined) return false;
    const { waitedMs: left, ...was } = a;
    const { waitedMs: right, ...is } = b;
    return JSON.stringify(was) === JSON.stringify(is) && right - left < recordEveryMs;
  });
}
