import { kubeFor } from '../model/account.ts';
import type { Agent } from '../model/agent.ts';
import type { Inventory } from '../model/inventory.ts';
import { mapLimited } from '../model/limited.ts';
import type { Row } from '../model/rows.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { removeOne, scaleToZero, type RemoveContext } from './remove.ts';

const inFlight = 8;

/** What may be taken away now, stage by stage, last stage first. */
export interface DeletionPlan {
  /** The moment of the pass, by the monotonic clock. */
  readonly at: number;
  readonly scaleToZero: readonly ObjectId[];
  readonly remove: readonly (readonly ObjectId[])[];
}

/** Scales down and deletes what the phases allow, and drops what is confirmed to be gone. Survivors stay in the inventory. */
export async function pruneObjects(
  agent: Agent,
  doomed: DeletionPlan,
  inventory: Inventory,
): Promise<{ readonly inventory: Inventory; readonly rows: readonly Row[] }> {
  const contextFor = (app: string): RemoveContext => ({
    kube: kubeFor(agent, app),
    registration: agent.deps.identity.registration,
    live: agent.view,
    learn: (meta) => {
      agent.view.learn(meta, null);
    },
    forget: agent.view.forget,
    signal: agent.signal,
  });
  const rows: Row[] = [];
  if (doomed.scaleToZero.length === 0 && doomed.remove.length === 0) return { inventory, rows };
  const next = new Map(inventory);
  // What this pass could not apply keeps all of its application, decided or not.
  const failed = failedApps(agent);
  const each = (ids: readonly ObjectId[], work: (id: ObjectId) => Promise<Row | null>) =>
    mapLimited(
      inFlight,
      ids.filter((id) => isDue(agent, id, doomed.at)),
      async (id) => {
        if (agent.stop.aborted || failed.has(next.get(id)?.app ?? '')) return;
        const row = await work(id);
        if (row === null) return;
        rows.push(row);
        remember(agent, row);
      },
    );
  await each(doomed.scaleToZero, async (id) => {
    const entry = next.get(id);
    return entry === undefined ? null : scaleToZero(contextFor(entry.app), entry);
  });
  for (const stage of doomed.remove) {
    await each(stage, async (id) => {
      const entry = next.get(id);
      if (entry === undefined) return null;
      const removed = await removeOne(contextFor(entry.app), entry);
      if (removed.isGone) next.delete(id);
      return removed.row;
    });
  }
  return { inventory: next.size === inventory.size ? inventory : next, rows };
}

function failedApps(agent: Agent): ReadonlySet<string> {
  const faults = [...agent.memory.faults.values()];
  return new Set(faults.filter((fault) => fault.digest !== null).map((fault) => fault.row.app));
}

/** Deletion under way or refused: not asked again before its backoff, or before the watch shows a change. */
function isDue(agent: Agent, id: ObjectId, at: number): boolean {
  if (agent.view.object(id)?.health === 'Terminating') return false;
  const fault = agent.memory.faults.get(id);
  return fault === undefined || fault.until <= at;
}

function remember(agent: Agent, row: Row): void {
  const { memory, deps } = agent;
  const fields = { id: row.id, app: row.app, action: row.action, reason: row.reason, code: row.fault?.code };
  if (row.action !== 'failed') {
    memory.faults.delete(row.id);
    deps.log.debug('removed an object', fields);
    return;
  }
  const attempts = (memory.faults.get(row.id)?.attempts ?? -1) + 1;
  const until = deps.clock.monotonic() + 250 + backoff(attempts, deps.random);
  memory.faults.set(row.id, { row, digest: null, attempts, until });
  deps.log.warn('could not remove an object', fields);
}
