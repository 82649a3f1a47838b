import type { ObjectId } from '../../shared/model/object.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { AgentState, Inventory, Stored } from '../model/inventory.ts';
import type { Mode } from '../model/mode.ts';
import { noPositions, type Positions } from '../model/delivery.ts';
import type { Outcome } from '../model/outcome.ts';

/** What is to be recorded at one moment of a pass; `isNew` = it differs from what the state object says. */
export interface Recording {
  readonly isNew: boolean;
  readonly inventory: Inventory;
  readonly phase: AgentState['phase'];
  /** Deletions that begin now and count against the limit. */
  readonly deletions: ReadonlySet<ObjectId>;
  /** True at the end of a pass: then what runs is kept, too. */
  readonly isEnd?: true;
}

/** What a pass is about to do. */
export interface PlannedWork {
  readonly stored: Stored;
  readonly bundle: VerifiedBundle;
  readonly mode: Pick<Mode, 'mayChange'>;
  readonly inventory: Inventory;
  readonly tasks: readonly unknown[];
  readonly deletions: {
    readonly scaleToZero: readonly ObjectId[];
    readonly remove: readonly (readonly ObjectId[])[];
  };
  /** Of all deletions, those that count against the limit and are not counted yet. */
  readonly toCount: ReadonlySet<ObjectId>;
  /** How far deliveries with steps are now; the recorded value itself where they did not move. */
  readonly positions?: Positions;
}

/** True when the state object's mark names this bundle. */
function isStarted(stored: Stored, bundle: VerifiedBundle): boolean {
  return stored.state?.mark?.revisionDigest === bundle.mark.revisionDigest;
}

/**
 * What must be recorded before the first write: the claims of objects that are going to be created, the deletions that begin,
 * and that the bundle starts. A bundle without work starts with the recording at the end.
 */
export function recordBeforeWrite(work: PlannedWork): Recording {
  const { stored, inventory } = work;
  const removals = [...work.deletions.scaleToZero, ...work.deletions.remove.flat()];
  const deletions = new Set(removals.filter((id) => work.toCount.has(id)));
  const isWork = work.tasks.length > 0 || removals.length > 0;
  return {
    isNew:
      inventory !== stored.inventory ||
      deletions.size > 0 ||
      isMoved(stored, work.positions) ||
      (isWork && isNewState(stored, work.bundle, work.mode)),
    inventory,
    phase: isWork ? 'applying' : (stored.state?.phase ?? 'applying'),
    deletions,
  };
}

/** What must be recorded at the end of a pass: the inventory as it is now, and whether everything is settled. */
export function recordAfterPass(
  stored: Stored,
  bundle: VerifiedBundle,
  outcome: Outcome,
  positions?: Positions,
): Recording {
  const { inventory, isSettled, survivors, mode } = outcome;
  const phase = isSettled && survivors.length === 0 ? 'settled' : 'applying';
  const isNewPhase = mode.mayChange && phase !== stored.state?.phase;
  const isKept = !mode.mayChange || stored.state?.kept?.revision === bundle.mark.revisionDigest;
  const isMore = isNewPhase || !isKept || isMoved(stored, positions);
  const isNew = inventory !== stored.inventory || isMore || isNewState(stored, bundle, mode);
  return { isNew, inventory, phase, deletions: new Set(), isEnd: true };
}

/** True when a delivery is further than the state object says: a step is recorded before anything of it is written. */
function isMoved({ state }: Stored, positions: Positions | undefined): boolean {
  return positions !== undefined && positions !== (state?.deliveries ?? noPositions);
}

/** True when the mark or the version of the root document is going to change, or a lost inventory was made anew. */
function isNewState(stored: Stored, bundle: VerifiedBundle, { mayChange }: Pick<Mode, 'mayChange'>): boolean {
  if (stored.isRebuilt === true) return true;
  return (mayChange && !isStarted(stored, bundle)) || bundle.rootVersion > (stored.state?.rootVersion ?? 0);
}
