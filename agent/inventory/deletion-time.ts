import type { ObjectId } from '../../shared/model/object.ts';
import type { AgentState } from '../model/inventory.ts';
import type { InventoryMemory } from './memory.ts';

/** One reading of both clocks. */
interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

/**
 * The time that deletions are counted in, in milliseconds since the epoch. It begins with the machine's clock, or with the newest
 * deletion that was recorded where that is later, and goes on with the monotonic clock alone: a clock that is set forward lifts no
 * limit, one that is set back keeps none for longer than 24 hours, and what an agent before this one recorded goes on counting.
 */
export function deletionTime(
  memory: Pick<InventoryMemory, 'deletionTime'>,
  deletions: AgentState['deletions'],
  { now, monotonic }: Moment,
): number {
  const { deletionTime: known } = memory;
  const passed = known === null ? now : known.at + (monotonic - known.monotonic);
  const at = Math.max(passed, ...deletions.map((one) => one.at));
  memory.deletionTime = { at, monotonic };
  return at;
}

/** The deletions that the limit counts, in the time that they are counted in, and how far that is ahead of the machine's clock. */
export interface CountedDeletions {
  readonly deletions: AgentState['deletions'];
  /** Ids whose deletion has begun. */
  readonly counted: ReadonlySet<ObjectId>;
  readonly now: number;
  readonly ahead: number;
}

/** What was deleted so far, as the limit counts it at this moment. */
export function countedDeletions(
  memory: Pick<InventoryMemory, 'deletionTime' | 'counted'>,
  state: Pick<AgentState, 'deletions'> | null,
  moment: Moment,
): CountedDeletions {
  const deletions = state?.deletions ?? [];
  const now = deletionTime(memory, deletions, moment);
  return { deletions, counted: memory.counted, now, ahead: now - moment.now };
}
