import { byCodeUnit } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { Agent, AppOutcome, Mode, Outcome } from '../model/agent.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { Inventory } from '../model/inventory.ts';
import type { ApplyTask } from '../model/plan.ts';
import type { Row } from '../model/rows.ts';

/** The outcome of a pass without a bundle: nothing is known, nothing is done. */
export function idleOutcome(at: number, inventory: Inventory): Outcome & { readonly isNew: false } {
  return {
    at,
    bundle: null,
    mode: { mayChange: false, stopDeletes: 'no bundle was accepted yet', hold: null },
    apps: [],
    rows: [],
    inventory,
    unexplained: [],
    survivors: [],
    isLimited: false,
    isRestored: false,
    isSettled: false,
    didWrite: false,
    deadline: null,
    isNew: false,
  };
}

/** What the plans let go now: workloads to zero, and objects to delete, last stage first. */
export function planDeletions(
  apps: readonly AppOutcome[],
  stageOf: (id: ObjectId) => number,
): { readonly scaleToZero: readonly ObjectId[]; readonly remove: readonly (readonly ObjectId[])[] } {
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

/** What must be recorded before the first write, and whether that is news. */
export function recordBeforeWrite(
  agent: Agent,
  facts: {
    readonly bundle: VerifiedBundle;
    readonly mode: Mode;
    readonly tasks: readonly ApplyTask[];
    readonly doomed: ReturnType<typeof planDeletions>;
    readonly toCount: ReadonlySet<ObjectId>;
    readonly inventory: Inventory;
  },
): {
  readonly isNew: boolean;
  readonly recording: {
    readonly inventory: Inventory;
    readonly phase: 'settled' | 'applying';
    readonly deletions: ReadonlySet<ObjectId>;
  };
} {
  const { mode, tasks, doomed, toCount, inventory } = facts;
  const { stored } = agent.memory;
  const begun = [...doomed.scaleToZero, ...doomed.remove.flat()];
  const deletions = new Set(begun.filter((id) => toCount.has(id)));
  const isWork = tasks.length > 0 || begun.length > 0;
  const isNews = isNewMark(agent, facts.bundle, mode) || isNewRoot(agent, facts.bundle);
  const phase = isWork ? 'applying' : (stored?.state?.phase ?? 'applying');
  return {
    // A new mark without work is recorded with what is settled, at the end.
    isNew: inventory !== stored?.inventory || deletions.size > 0 || (isNews && isWork),
    recording: { inventory, phase, deletions },
  };
}

function isNewMark(agent: Agent, bundle: VerifiedBundle, mode: Mode): boolean {
  return mode.mayChange && !isMarked(agent, bundle);
}

function isMarked(agent: Agent, bundle: VerifiedBundle): boolean {
  return agent.memory.stored?.state?.mark?.revisionDigest === bundle.mark.revisionDigest;
}

function isNewRoot(agent: Agent, bundle: VerifiedBundle): boolean {
  return bundle.rootVersion > (agent.memory.stored?.state?.rootVersion ?? 0);
}

/** The outcome of a pass, and what is to be recorded of it. */
export function outcomeOf(
  agent: Agent,
  facts: {
    readonly at: number;
    readonly bundle: VerifiedBundle;
    readonly mode: Mode;
    readonly isRestored: boolean;
    readonly prune: {
      readonly kept: readonly Row[];
      readonly unexplained: readonly ObjectId[];
      readonly isLimited: boolean;
    };
    readonly apps: readonly AppOutcome[];
    readonly rows: readonly Row[];
    readonly inventory: Inventory;
  },
): Outcome & { readonly isNew: boolean; readonly phase: 'settled' | 'applying' } {
  const { bundle, mode, prune, apps, rows, inventory, isRestored } = facts;
  const { stored, faults } = agent.memory;
  const survivors = survivorsOf(bundle, inventory);
  const isDone = apps.every(({ plan }) => plan === null || plan.phase === 'settled');
  const isSettled = isDone && faults.size === 0 && (mode.mayChange || isMarked(agent, bundle));
  const phase = isSettled && survivors.length === 0 ? 'settled' : 'applying';
  const isNews = isNewMark(agent, bundle, mode) || isNewRoot(agent, bundle);
  return {
    at: facts.at,
    bundle,
    mode,
    apps,
    rows: [...rows, ...prune.kept],
    inventory,
    unexplained: prune.unexplained,
    survivors,
    isLimited: prune.isLimited,
    isRestored,
    isSettled,
    didWrite: rows.some(mayGoOn),
    deadline: earliest(apps),
    isNew: isNews || inventory !== stored?.inventory || (mode.mayChange && phase !== stored.state?.phase),
    phase,
  };
}

function earliest(apps: readonly AppOutcome[]): number | null {
  const deadlines = apps.flatMap(({ plan }) => plan?.deadline ?? []);
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}

function survivorsOf(bundle: VerifiedBundle, inventory: Inventory): ObjectId[] {
  const retired = new Set(bundle.revision.retired.map((one) => one.id));
  return [...inventory.keys()].filter((id) => retired.has(id)).sort(byCodeUnit);
}

/** After a write, or a look that found out something, the next step may be possible at once. */
function mayGoOn(row: Row): boolean {
  return row.isRefresh === true || (row.action !== 'failed' && row.action !== 'kept');
}
