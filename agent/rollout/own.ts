import type { LiveObject } from '../model/live.ts';
import type { AppObservation } from '../model/plan.ts';
import type { ObjectId } from '../../shared/model/object.ts';

/** The live object of an inventoried id when it is the very one that was recorded; undefined otherwise. */
export function ownLive(observed: AppObservation, id: ObjectId): LiveObject | undefined {
  const live = observed.live.object(id);
  const entry = observed.entries.get(id);
  if (live === undefined || entry === undefined) return undefined;
  return entry.uid === live.uid || (entry.uid === null && entry.nonce === live.nonce) ? live : undefined;
}
