import { by } from '../lib/order.ts';
import { applyStages, factsOf } from './kinds.ts';
import type { ObjectId } from './object.ts';

const rankOfStage = new Map(applyStages.map((stage, rank) => [stage, rank]));

/** The rank of an object's stage: objects of a lower one are applied before, and deleted after. */
export function stageOf(id: ObjectId): number {
  return rankOfStage.get(factsOf(id).stage) ?? 0;
}

/** Items grouped by stage, first stage first, each sorted by id. */
export function inStages<T extends { readonly id: ObjectId }>(items: readonly T[]): T[][] {
  const grouped = new Map<number, T[]>();
  for (const item of items) {
    const rank = stageOf(item.id);
    const group = grouped.get(rank);
    if (group === undefined) grouped.set(rank, [item]);
    else group.push(item);
  }
  return [...grouped.entries()].sort(([a], [b]) => a - b).map(([, group]) => group.sort(by((item) => item.id)));
}
