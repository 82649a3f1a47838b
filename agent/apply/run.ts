import { kubeFor } from '../model/account.ts';
import type { Agent, Fault } from '../model/agent.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import { mapLimited } from '../model/limited.ts';
import type { ApplyTask } from '../model/plan.ts';
import type { Row } from '../model/rows.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import type { ObjectMeta, ObjectId } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { applyOne, type ApplyContext } from './apply.ts';
import { drift } from './decide.ts';

/** Requests of one stage that are in flight at a time (findings.md: more is no faster). */
const inFlight = 8;
/** How long creations may go unrecorded while stages follow each other; until then their nonces prove them. */
const recordEveryMs = 2_000;

export interface RunOptions {
  /** The moment of the pass, by the monotonic clock: what is backed off beyond it is left for a later one. */
  readonly at: number;
  readonly fieldsHash: (metadata: ObjectMeta) => string | null;
  readonly ensureNamespace: (namespace: string, app: string) => Promise<void>;
  /** Records the inventory as it is after a stage. */
  readonly record: (inventory: Inventory) => Promise<unknown>;
}

/** What a pass applied. */
export interface RunResult {
  readonly inventory: Inventory;
  readonly rows: readonly Row[];
}

/** Carries out the tasks stage by stage, and records what was created. Stops between objects when asked to stop. */
export async function applyStages(
  agent: Agent,
  stages: readonly (readonly ApplyTask[])[],
  inventory: Inventory,
  options: RunOptions,
): Promise<RunResult> {
  const { memory, deps, stop } = agent;
  const rows: Row[] = [];
  if (stages.length === 0) return { inventory, rows };
  const next = new Map(inventory);
  const contextFor = contextsOf(agent, options);
  for (const stage of stages) {
    const due = stage.filter((task) => isDue(agent, task, options.at));
    await mapLimited(inFlight, due, async (task) => {
      if (stop.aborted) return;
      const entry = next.get(task.id);
      if (entry === undefined) return;
      const applied = await applyOne(contextFor(task.app), task, entry);
      if (applied.entry !== entry && !isSame(applied.entry, entry)) next.set(task.id, applied.entry);
      rows.push(applied.row);
      remember(agent, task, applied.row);
      logRow(agent, applied.row);
    });
    const isLate = deps.clock.monotonic() - memory.recordedAt > recordEveryMs;
    if (isLate && due.length > 0 && stage !== stages.at(-1)) await options.record(new Map(next));
  }
  return { inventory: isEqual(next, inventory) ? inventory : next, rows };
}

/** Forgets what failed to be applied of objects, or contents of them, that nobody wants any more. */
export function forgetOldFaults(agent: Agent, apps: readonly BundleApp[]): void {
  const { faults } = agent.memory;
  if (faults.size === 0) return;
  const wanted = new Map(apps.flatMap((app) => app.objects.map(({ id, digest }) => [id, digest] as const)));
  for (const [id, fault] of faults) {
    const isOld = fault.digest === null ? wanted.has(id) : wanted.get(id) !== fault.digest;
    if (isOld) faults.delete(id);
  }
}

/** The earliest time (monotonic) at which what a pass of this moment left backed off may be tried again; null when there is none. */
export function nextRetry(agent: Agent, at: number): number | null {
  const times = [...agent.memory.faults.values()].map((fault) => fault.until).filter((until) => until > at);
  for (const [id] of agent.memory.repairs) {
    const until = repairableAt(agent, id);
    if (until > at) times.push(until);
  }
  return times.length === 0 ? null : Math.min(...times);
}

/** Whether a task may be tried now: objects that failed, or that somebody keeps changing, are tried ever more rarely. */
export function isDue(agent: Agent, task: ApplyTask, at: number): boolean {
  const fault = agent.memory.faults.get(task.id);
  if (fault !== undefined && fault.digest === task.digest && fault.until > at) return false;
  return task.reason !== drift || repairableAt(agent, task.id) <= at;
}

function repairableAt(agent: Agent, id: ObjectId): number {
  const repair = agent.memory.repairs.get(id);
  if (repair === undefined || repair.count <= 5) return 0;
  return repair.at + Math.min(300_000, 1_000 * 2 ** Math.min(repair.count - 6, 20));
}

function remember(agent: Agent, task: ApplyTask, row: Row): void {
  const { memory, deps } = agent;
  const now = deps.clock.monotonic();
  if (row.action === 'failed') {
    const attempts = (memory.faults.get(task.id)?.attempts ?? -1) + 1;
    const fault: Fault = { row, digest: task.digest, attempts, until: now + 250 + backoff(attempts, deps.random) };
    memory.faults.set(task.id, fault);
    return;
  }
  memory.faults.delete(task.id);
  if (task.reason !== drift) return;
  const last = memory.repairs.get(task.id);
  const isFight = last !== undefined && now - last.at < 600_000;
  memory.repairs.set(task.id, { count: isFight ? last.count + 1 : 1, at: now });
}

/** What applying needs, by application: each is written by whom the site names for it. */
function contextsOf(agent: Agent, options: RunOptions): (app: string) => ApplyContext {
  const { view, deps, memory, signal } = agent;
  return (app) => ({
    kube: kubeFor(agent, app),
    signal,
    registration: deps.identity.registration,
    text: (digest) => memory.bundle?.objectText(digest) ?? memory.marked?.objectText(digest) ?? null,
    nonce: deps.uuid,
    learn: view.learn,
    forget: view.forget,
    fieldsHash: options.fieldsHash,
    ensureNamespace: (namespace) => options.ensureNamespace(namespace, app),
  });
}

function logRow(agent: Agent, row: Row): void {
  const fields = { id: row.id, app: row.app, action: row.action, reason: row.reason, code: row.fault?.code };
  if (row.action === 'failed') agent.deps.log.warn('could not apply an object', fields);
  else agent.deps.log.debug('applied an object', fields);
}

function isSame(a: InventoryEntry, b: InventoryEntry): boolean {
  return (Object.keys(a) as (keyof InventoryEntry)[]).every((key) => a[key] === b[key]);
}

function isEqual(a: Inventory, b: Inventory): boolean {
  return a.size === b.size && [...a].every(([id, entry]) => b.get(id) === entry);
}
