import { timestamp } from '../clock.ts';
import { objectsAt, textAt } from '../json.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import type { Context } from './context.ts';

/** A condition to be written. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** The condition of an object's status, or undefined. */
export function conditionOf(object: JsonObject, type: string): JsonObject | undefined {
  return objectsAt(object, 'status', 'conditions').find((condition) => condition['type'] === type);
}

/** The condition with its transition time: kept while the status stays what it was. */
export function stamped(context: Context, object: KubeObject, condition: Condition): JsonObject {
  const old = conditionOf(object, condition.type);
  const same = old?.['status'] === condition.status;
  const time = same ? textAt(old, 'lastTransitionTime') : timestamp(context.world.clock.now());
  return { ...condition, lastTransitionTime: time };
}

/** True when a condition of that type has status True. */
export function holds(object: JsonObject, type: string): boolean {
  return conditionOf(object, type)?.['status'] === 'True';
}
