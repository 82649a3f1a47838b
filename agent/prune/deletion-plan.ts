import { byCodeUnit } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { AppOutcome } from '../model/outcome.ts';

/** What may be removed in this pass. */
export interface DeletionPlan {
  readonly scaleToZero: readonly ObjectId[];
  /** Objects to delete by stage, last stage of the apply first. */
  readonly remove: readonly (readonly ObjectId[])[];
}

/** Collects what the plans of all applications allow to be removed now, in the order of deletion. */
export function planDeletions(apps: readonly AppOutcome[], stageOf: (id: ObjectId) => number): DeletionPlan {
  const stages = new Map<number, ObjectId[]>();
  for (const id of apps.flatMap(({ plan }) => plan?.remove ?? [])) {
    const stage = stageOf(id);
    stages.set(stage, [...(stages.get(stage) ?? []), id]);
  }
  return {
    scaleToZero: apps.flatMap(({ plan }) => plan?.scaleToZero ?? []),
    remove: [...stages].sort(([a], [b]) => b - a).map(([, ids]) => ids.sort(byCodeUnit)),
  };
}
