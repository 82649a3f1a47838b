import type { ObjectId } from '../../shared/model/object.ts';
import type { Stored } from '../model/inventory.ts';
import type { Base } from './keep-decide.ts';

/** What the agent remembers of its state object and inventory between passes. */
export interface InventoryMemory {
  /** As it was read or written last; null = it must be read again. */
  stored: Stored | null;
  /** UID of the kube-system namespace; null until it is read. */
  clusterUid: string | null;
  /** When the inventory was last written in a pass, by the monotonic clock. */
  recordedAt: number;
  /** Why the state object could not be written, and when (monotonic) it is tried again; null when it could. */
  refusal: { readonly message: string; readonly attempts: number; readonly until: number } | null;
  /** Set while what serves could not be kept: how often, and when (monotonic) it is tried again. */
  unkept: { readonly attempts: number; readonly until: number } | null;
  /** What the base has that this agent wrote last; null where it wrote none. */
  keptBase: Base | null;
  /** The time that deletions are counted in, and the monotonic clock at that moment; null before it was asked for. */
  deletionTime: { readonly at: number; readonly monotonic: number } | null;
  /** Ids whose deletion is counted already. */
  readonly counted: Set<ObjectId>;
  /** Namespaces that are being created, by name and account. */
  readonly creations: Map<string, Promise<void>>;
}

/** The memory of an agent that has read nothing yet. */
export function newInventoryMemory(): InventoryMemory {
  return {
    stored: null,
    clusterUid: null,
    recordedAt: 0,
    refusal: null,
    unkept: null,
    keptBase: null,
    deletionTime: null,
    counted: new Set(),
    creations: new Map(),
  };
}

/** Why nothing new may begin at this moment (monotonic), because it could not be recorded; null when it may be tried. */
export function refusalNow({ refusal }: Pick<InventoryMemory, 'refusal'>, at: number): string | null {
  return refusal !== null && refusal.until > at ? refusal.message : null;
}

/** Makes the next pass read the state object again: another agent may have moved it. */
export function forgetStored(memory: InventoryMemory): void {
  memory.stored = null;
}
