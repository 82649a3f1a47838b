import type { TrafficTarget } from '../../shared/wire/revision.ts';

/**
 * The weights of all targets when only those that are `ready` may get any: each rule's total is shared out among its ready
 * targets in proportion (largest remainder, so that the sum stays whole). Null when a rule has nothing ready.
 */
export function shareOut(
  targets: readonly Pick<TrafficTarget, 'rule' | 'weight'>[],
  ready: readonly boolean[],
): readonly number[] | null {
  const weights = targets.map(() => 0);
  for (const rule of new Set(targets.map((target) => target.rule))) {
    const members = targets.flatMap((target, index) =>
      target.rule === rule ? [{ index, weight: target.weight }] : [],
    );
    const total = members.reduce((sum, one) => sum + one.weight, 0);
    const open = members.filter((one) => ready[one.index] === true && one.weight > 0);
    if (total === 0) continue;
    if (open.length === 0) return null;
    for (const { index, weight } of apportioned(open, total)) weights[index] = weight;
  }
  return weights;
}

function apportioned(open: readonly { index: number; weight: number }[], total: number) {
  const sum = open.reduce((all, one) => all + one.weight, 0);
  const exact = open.map((one) => ({ index: one.index, exact: (total * one.weight) / sum }));
  const floors = exact.map((one) => ({ index: one.index, weight: Math.floor(one.exact), rest: one.exact % 1 }));
  const left = total - floors.reduce((all, one) => all + one.weight, 0);
  const roundedUp = new Set(
    [...floors]
      .sort((a, b) => b.rest - a.rest || a.index - b.index)
      .slice(0, left)
      .map((one) => one.index),
  );
  return floors.map(({ index, weight }) => ({ index, weight: weight + (roundedUp.has(index) ? 1 : 0) }));
}
