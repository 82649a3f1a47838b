import { indexOf } from '../model/app-index.ts';
import { indexOfInventory } from '../model/inventory-index.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { Live } from '../model/live.ts';
import type { Stage } from '../model/delivery.ts';
import type { AppOutcome } from '../model/outcome.ts';
import type { AppObservation, AppPlan } from '../model/plan.ts';
import type { ServedObject } from '../model/served.ts';
import { untilChanged } from '../model/until-changed.ts';
import type { Fault } from '../model/rows.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { planApp } from './plan.ts';
import { planOfStage } from './steps/words.ts';
import type { Progress } from './progress.ts';

/** What the plans of a pass are made from. */
export interface RolloutInput {
  /** The moment of the pass, by the monotonic clock. */
  readonly at: number;
  readonly selected: readonly BundleApp[];
  readonly skipped: readonly { readonly app: BundleApp; readonly reason: string }[];
  readonly inventory: Inventory;
  readonly live: Live;
  readonly removable: ReadonlySet<ObjectId>;
  /** What still runs and is not wanted like that any more. */
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
  /** Objects that could not be applied or deleted. */
  readonly faults: ReadonlyMap<ObjectId, Pick<Fault, 'row'>>;
  readonly progress: ReadonlyMap<string, Progress>;
  /** True after a restart in the middle of a change: when its traffic was moved is unknown. */
  readonly isResumed: boolean;
  /** False = changes are held: no progress deadline runs. */
  readonly mayChange: boolean;
  readonly settleMs: number;
  /** What applications are at this moment of their deliveries, by what is applied of them; absent = none has steps. */
  readonly stages?: ReadonlyMap<BundleApp, Stage>;
}

/** Where every application stands, and the progress to remember of each that has a plan. */
export interface Rollout {
  readonly apps: readonly AppOutcome[];
  readonly progress: ReadonlyMap<string, Progress>;
}

/** Plans every application of the bundle or of the inventory: where it stands, and what may be done with it now. */
export function planApps(input: RolloutInput): Rollout {
  const { selected, skipped, inventory } = input;
  const entries = indexOfInventory(inventory).apps;
  const bundled = new Map([...selected, ...skipped.map(({ app }) => app)].map((app) => [appKey(app), app] as const));
  const reasons = new Map(skipped.map(({ app, reason }) => [appKey(app), reason] as const));
  const keys = [...new Set([...bundled.keys(), ...entries.keys()])].sort(byCodeUnit);
  const faults = faultTexts(input.faults);
  const progress = new Map<string, Progress>();
  const apps = keys.map((key): AppOutcome => {
    const app = bundled.get(key) ?? null;
    const reason = reasons.get(key) ?? null;
    const stage = app === null ? undefined : input.stages?.get(app);
    const staged = stage === undefined ? {} : { stage };
    if (reason !== null) return { key, app, plan: null, skipped: reason, ...staged };
    const plan = planNow(observeApp(input, { key, app, faults, entries: entries.get(key) ?? new Map(), ...staged }));
    const mayWait = stage?.mayMove ?? input.mayChange;
    progress.set(key, nextProgress(input, { key, app, isWaiting: plan.isWaiting && mayWait }));
    return { key, app, plan: stage === undefined ? plan : planOfStage(plan, stage), skipped: null, ...staged };
  });
  return { apps, progress };
}

// A plan that waits, or that has a deadline, is another one later although nothing changed.
const planUntilChanged = untilChanged<BundleApp, AppPlan>(
  ({ isWaiting, blocked, deadline }) => !isWaiting && blocked === null && deadline === null,
);

// What has a place of its own, and the time, for which a plan says itself how long it holds.
const apart: ReadonlySet<string> = new Set<keyof AppObservation>(['app', 'live', 'now']);

/** Why objects could not be applied, in words. */
export function faultTexts(faults: RolloutInput['faults']): AppObservation['faults'] {
  return new Map([...faults].map(([id, { row }]) => [id, row.fault?.message ?? row.reason] as const));
}

/** The plan of an application; the last one where nothing that it depends on has changed. */
function planNow(observed: AppObservation): AppPlan {
  const { app: owner, live } = observed;
  if (owner === null) return planApp(observed);
  const facts = Object.entries(observed).filter(([name]) => !apart.has(name));
  const inputs = facts.flatMap(([name, value]) => [name, ...valuesOf(value)]);
  return planUntilChanged({ owner, inputs, live, compute: (recorded) => planApp({ ...observed, live: recorded }) });
}

/** What a fact has in it, as values that are compared one by one. */
function valuesOf(fact: unknown): readonly unknown[] {
  if (fact instanceof Map) return [fact.size, ...[...(fact as ReadonlyMap<unknown, unknown>)].flat()];
  if (fact instanceof Set) return [fact.size, ...(fact as ReadonlySet<unknown>)];
  return Array.isArray(fact) ? [fact.length, ...(fact as readonly unknown[])] : [fact];
}

/** What the phases of an application are decided from. */
export function observeApp(
  input: Omit<RolloutInput, 'selected' | 'skipped' | 'inventory' | 'mayChange' | 'stages'>,
  one: {
    readonly key: string;
    readonly app: BundleApp | null;
    readonly entries: ReadonlyMap<ObjectId, InventoryEntry>;
    readonly faults: AppObservation['faults'];
    readonly stage?: Pick<Stage, 'leaving' | 'isReturning'>;
  },
): AppObservation {
  const { app, entries } = one;
  const progress = input.progress.get(one.key);
  const shiftedAt = progress === undefined ? firstShift(input) : progress.shiftedAt;
  const { digests } = app === null ? { digests: new Map<ObjectId, unknown>() } : indexOf(app);
  const removable = [...input.removable].filter((id) => entries.has(id));
  const anew = removable.filter((id) => digests.has(id));
  const isSameChange = progress !== undefined && progress.digest === (app?.digest ?? null);
  return {
    app,
    entries,
    removable: new Set(removable.filter((id) => !digests.has(id))),
    ...(anew.length > 0 && { anew }),
    live: input.live,
    served: new Map([...input.served].filter(([id]) => entries.has(id))),
    faults: one.faults,
    now: input.at,
    waitingSince: isSameChange ? progress.waitingSince : null,
    shiftedAt,
    settleMs: input.settleMs,
    ...(one.stage !== undefined && { leaving: one.stage.leaving, isReturning: one.stage.isReturning }),
  };
}

function nextProgress(
  input: RolloutInput,
  one: { readonly key: string; readonly app: BundleApp | null; readonly isWaiting: boolean },
): Progress {
  const digest = one.app?.digest ?? null;
  const old = input.progress.get(one.key) ?? { digest, waitingSince: null, shiftedAt: firstShift(input) };
  const since = old.digest === digest ? old.waitingSince : null;
  return { digest, waitingSince: one.isWaiting ? (since ?? input.at) : null, shiftedAt: old.shiftedAt };
}

/** After a restart in the middle of a change the settle time begins anew. */
function firstShift({ isResumed, at }: Pick<RolloutInput, 'isResumed' | 'at'>): number | null {
  return isResumed ? at : null;
}
