import { byCodeUnit } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { AgentState, Inventory } from '../model/inventory.ts';
import type { AppOutcome, Outcome } from '../model/outcome.ts';
import type { Row } from '../model/rows.ts';

/** The outcome of a pass without a bundle: nothing is decided and nothing is written. */
export function idleOutcome(at: number, inventory: Inventory): Outcome {
  return {
    at,
    bundle: null,
    hubIds: new Map(),
    mode: { mayChange: false, stopDeletes: 'no bundle was accepted yet', hold: null },
    apps: [],
    rows: [],
    inventory,
    unexplained: [],
    survivors: [],
    isLimited: false,
    limitText: '',
    isRestored: false,
    isSettled: false,
    didWrite: false,
    deadline: null,
    holdChangesAt: null,
  };
}

/** What a pass found and did. */
export interface OutcomeFacts {
  readonly at: number;
  readonly bundle: VerifiedBundle;
  readonly hubIds: ReadonlyMap<ObjectId, ObjectId>;
  readonly mode: Outcome['mode'];
  readonly isRestored: boolean;
  readonly holdChangesAt: number | null;
  /** The state object as it was recorded last. */
  readonly stored: { readonly state: Pick<AgentState, 'mark'> | null };
  /** Objects that could not be applied or deleted. */
  readonly faults: ReadonlyMap<ObjectId, unknown>;
  readonly prune: {
    readonly kept: readonly Row[];
    readonly unexplained: readonly ObjectId[];
    readonly isLimited: boolean;
    readonly limitText: string;
  };
  readonly apps: readonly AppOutcome[];
  /** What was applied and removed. */
  readonly rows: readonly Row[];
  readonly inventory: Inventory;
}

/**
 * The outcome of a pass. It is settled when every application is, no object failed, and the bundle has started or may; objects
 * that wait for their deletion (`survivors`) do not count against it.
 */
export function outcomeOf(facts: OutcomeFacts): Outcome {
  const { at, bundle, mode, isRestored, prune, apps, rows, inventory } = facts;
  const isStarted = facts.stored.state?.mark?.revisionDigest === bundle.mark.revisionDigest;
  const areAppsSettled = apps.every(({ plan }) => plan === null || plan.phase === 'settled');
  return {
    at,
    bundle,
    hubIds: facts.hubIds,
    mode,
    apps,
    rows: [...rows, ...prune.kept],
    inventory,
    unexplained: prune.unexplained,
    survivors: survivorsOf(bundle, inventory),
    isLimited: prune.isLimited,
    limitText: prune.limitText,
    isRestored,
    isSettled: areAppsSettled && facts.faults.size === 0 && (mode.mayChange || isStarted),
    didWrite: rows.some(mayGoOn),
    deadline: earliestDeadline(apps),
    holdChangesAt: facts.holdChangesAt,
  };
}

function earliestDeadline(apps: readonly AppOutcome[]): number | null {
  const deadlines = apps.flatMap(({ plan }) => plan?.deadline ?? []);
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}

function survivorsOf(bundle: VerifiedBundle, inventory: Inventory): ObjectId[] {
  const retired = new Set(bundle.revision.retired.map((one) => one.id));
  return [...inventory.keys()].filter((id) => retired.has(id)).sort(byCodeUnit);
}

/** After a write, or a read that found a change, the next step may be possible at once. */
function mayGoOn(row: Row): boolean {
  return row.isRefresh !== undefined || (row.action !== 'failed' && row.action !== 'kept');
}
