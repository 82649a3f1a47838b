import type { Agent, AppOutcome, Mode, Progress } from '../model/agent.ts';
import { indexOfInventory } from '../model/inventory-index.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { AppObservation } from '../model/plan.ts';
import type { Row } from '../model/rows.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { planApp } from './plan.ts';

export interface PlansInput {
  /** The moment of the pass, by the monotonic clock. */
  readonly at: number;
  readonly selected: readonly BundleApp[];
  readonly skipped: readonly { readonly app: BundleApp; readonly reason: string }[];
  readonly inventory: Inventory;
  readonly removable: ReadonlySet<ObjectId>;
  readonly mode: Mode;
}

/** Where every application of the bundle or of the inventory stands, and what may be done with it now. */
export function planApps(agent: Agent, input: PlansInput): AppOutcome[] {
  const { selected, skipped, inventory, mode } = input;
  const entries = indexOfInventory(inventory).apps;
  const known = new Map([...selected, ...skipped.map(({ app }) => app)].map((app) => [appKey(app), app] as const));
  const reasons = new Map(skipped.map(({ app, reason }) => [appKey(app), reason] as const));
  const keys = [...new Set([...known.keys(), ...entries.keys()])].sort(byCodeUnit);
  const faults = new Map(
    [...agent.memory.faults].map(([id, { row }]) => [id, row.fault?.message ?? row.reason] as const),
  );
  return keys.map((key) => {
    const app = known.get(key) ?? null;
    const skippedFor = reasons.get(key) ?? null;
    if (skippedFor !== null) return { key, app, plan: null, skipped: skippedFor };
    const observed = observeApp(agent, {
      at: input.at,
      key,
      app,
      entries: entries.get(key) ?? new Map(),
      removable: input.removable,
      faults,
    });
    const plan = planApp(observed);
    // A held change runs out of no time.
    track(agent, { at: input.at, key, app, isWaiting: plan.isWaiting && mode.mayChange });
    return { key, app, plan, skipped: null };
  });
}

/** Remembers that an application's traffic was moved now, when rows say so. */
export function noteShifts(agent: Agent, apps: readonly AppOutcome[], rows: readonly Row[]): void {
  const written = new Set(rows.filter((row) => row.action !== 'kept' && row.action !== 'failed').map((row) => row.id));
  if (written.size === 0) return;
  for (const { key, app } of apps) {
    if (app?.traffic.some(({ id }) => written.has(id)) !== true) continue;
    const progress = agent.memory.progress.get(key) ?? { digest: app.digest, waitingSince: null };
    agent.memory.progress.set(key, { ...progress, shiftedAt: agent.deps.clock.monotonic() });
  }
}

function observeApp(
  agent: Agent,
  facts: {
    readonly at: number;
    readonly key: string;
    readonly app: BundleApp | null;
    readonly entries: ReadonlyMap<ObjectId, InventoryEntry>;
    readonly removable: ReadonlySet<ObjectId>;
    readonly faults: AppObservation['faults'];
  },
): AppObservation {
  const { memory, deps, view } = agent;
  const { entries, removable } = facts;
  const progress = memory.progress.get(facts.key);
  const isSame = progress !== undefined && progress.digest === (facts.app?.digest ?? null);
  return {
    app: facts.app,
    entries,
    removable: new Set([...removable].filter((id) => entries.has(id))),
    live: view,
    faults: facts.faults,
    now: facts.at,
    waitingSince: isSame ? progress.waitingSince : null,
    shiftedAt: progress?.shiftedAt ?? null,
    settleMs: deps.settings.settleMs,
  };
}

function track(
  agent: Agent,
  facts: {
    readonly at: number;
    readonly key: string;
    readonly app: BundleApp | null;
    readonly isWaiting: boolean;
  },
): void {
  const { at, key, app, isWaiting } = facts;
  const { progress, stored } = agent.memory;
  const digest = app?.digest ?? null;
  // After a restart in the middle of a change nobody knows when traffic was moved: as if it were now.
  const isResumed = stored?.state?.phase === 'applying';
  const old: Progress = progress.get(key) ?? { digest, waitingSince: null, shiftedAt: isResumed ? at : null };
  const since = old.digest === digest ? old.waitingSince : null;
  progress.set(key, { digest, waitingSince: isWaiting ? (since ?? at) : null, shiftedAt: old.shiftedAt });
}
