import type { AgentDeps } from '../model/deps.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { LiveView } from '../model/live.ts';
import { mapPatiently, type HangingKinds } from '../model/patiently.ts';
import type { Fault, Row } from '../model/rows.ts';
import type { AppWriter } from '../model/site.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { DeletionPlan } from './deletion-plan.ts';
import { removeOne, scaleToZero, type RemoveContext } from './remove.ts';

const inFlight = 8;

/** What pruning needs of the agent. */
export interface PrunePorts {
  /** Objects that could not be applied or deleted so far, this pass included. */
  readonly memory: {
    readonly faults: { readonly faults: ReadonlyMap<ObjectId, Fault>; readonly hanging: HangingKinds };
  };
  /** Told the row of every removal as soon as it was tried. */
  readonly rememberRemoved: (row: Row) => void;
  readonly deps: Pick<AgentDeps, 'clock' | 'random' | 'log' | 'identity'>;
  readonly view: LiveView;
  readonly writerFor: (app: string) => AppWriter;
  readonly stop: AbortSignal;
  readonly signal: AbortSignal;
}

/** What is left after pruning, and what was done. */
export interface PruneResult {
  readonly inventory: Inventory;
  readonly rows: readonly Row[];
}

/**
 * Scales down and deletes what the plan allows, and drops what is confirmed to be gone; survivors stay in
 * the inventory. `at` is the moment of the pass, by the monotonic clock.
 */
export async function pruneObjects(
  ports: PrunePorts,
  plan: DeletionPlan,
  inventory: Inventory,
  at: number,
): Promise<PruneResult> {
  const { faults } = ports.memory.faults;
  const rows: Row[] = [];
  if (plan.scaleToZero.length === 0 && plan.remove.length === 0) return { inventory, rows };
  const next = new Map(inventory);
  // An object that this pass could not apply keeps everything of its application, also what was planned to go.
  const failed = failedApps(faults);
  const each = async (ids: readonly ObjectId[], work: (entry: InventoryEntry) => Promise<Row>) => {
    const due = ids.filter((id) => isRemovalDue({ id, at, faults, live: ports.view }));
    const run = async ({ id }: { readonly id: ObjectId }): Promise<boolean> => {
      const entry = next.get(id);
      if (ports.stop.aborted || entry === undefined || failed.has(entry.app)) return false;
      const row = await work(entry);
      rows.push(row);
      logRow(ports.deps.log, row, faults.get(row.id)?.row.reason);
      ports.rememberRemoved(row);
      return row.action === 'failed';
    };
    const patience = { ...ports.deps, hanging: ports.memory.faults.hanging, limit: inFlight, at };
    const items = due.map((id) => ({ id, app: next.get(id)?.app ?? '' }));
    // What is not tried stays, as a survivor; the one that hangs says why.
    await mapPatiently(patience, items, { run, putOff: () => undefined });
  };
  await each(plan.scaleToZero, (entry) => scaleToZero(contextOf(ports, entry.app), entry));
  for (const stage of plan.remove) {
    await each(stage, async (entry) => {
      const removed = await removeOne(contextOf(ports, entry.app), entry);
      if (removed.isGone) next.delete(entry.id);
      return removed.row;
    });
  }
  return { inventory: next.size === inventory.size ? inventory : next, rows };
}

function contextOf(ports: PrunePorts, app: string): RemoveContext {
  const { view, deps, signal } = ports;
  return {
    kube: ports.writerFor(app).kube,
    registration: deps.identity.registration,
    live: view,
    learn: (meta) => {
      view.learn(meta, null);
    },
    forget: view.forget,
    signal,
  };
}

function failedApps(faults: ReadonlyMap<ObjectId, Fault>): ReadonlySet<string> {
  const failed = [...faults.values()].filter((fault) => fault.digest !== null && fault.isServed !== true);
  return new Set(failed.map((fault) => fault.row.app));
}

/** False while a deletion is under way, or backed off after it was refused. */
function isRemovalDue(one: {
  readonly id: ObjectId;
  readonly at: number;
  readonly faults: ReadonlyMap<ObjectId, Fault>;
  readonly live: LiveView;
}): boolean {
  if (one.live.object(one.id)?.health === 'Terminating') return false;
  const fault = one.faults.get(one.id);
  return fault === undefined || fault.until <= one.at;
}

/** Says what came of a removal: what was deleted, and a failure when it is another than the last one. */
function logRow(
  log: AgentDeps['log'],
  { id, app, action, reason, fault }: Row,
  failedBefore: string | undefined,
): void {
  const fields = { application: app, id, action, reason };
  if (action === 'failed') {
    log[failedBefore === reason ? 'debug' : 'warn']('could not remove an object', { ...fields, code: fault?.code });
  } else log[action === 'deleted' ? 'info' : 'debug']('removed an object', fields);
}
