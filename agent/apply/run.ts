import type { VerifiedBundle } from '../model/bundle.ts';
import type { AgentDeps } from '../model/deps.ts';
import { madeAnewAfter, type Inventory, type InventoryEntry } from '../model/inventory.ts';
import type { LiveView } from '../model/live.ts';
import { mapPatiently } from '../model/patiently.ts';
import type { ApplyTask } from '../model/plan.ts';
import type { Row } from '../model/rows.ts';
import type { AppWriter, Site } from '../model/site.ts';
import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectMeta } from '../../shared/model/object.ts';
import { applyOne, type ApplyContext } from './apply.ts';
import { isTaskDue, leastTriedFirst, rememberApplied, rememberPutOff, type FaultMemory } from './faults.ts';
import { isFirstRepair } from './repairs.ts';

/** Requests of one stage that are in flight at a time (findings.md: more is no faster). */
const inFlight = 8;

/** What applying needs of the agent. */
export interface ApplyPorts {
  readonly memory: {
    readonly faults: FaultMemory;
    readonly site: { readonly current: Site };
    readonly channel: { readonly bundle: Pick<VerifiedBundle, 'revision'> | null };
  };
  readonly deps: Pick<AgentDeps, 'clock' | 'random' | 'log' | 'uuid' | 'identity'>;
  readonly view: LiveView;
  readonly writerFor: (app: string) => AppWriter;
  /** The text of an object of the bundle; null when it must be fetched again. */
  readonly objectText: (digest: Digest) => string | null;
  readonly fieldsHash: (metadata: ObjectMeta) => string | null;
  /** Creates a namespace that an application needs; resolves when it is there. */
  readonly ensureNamespace: (namespace: string, app: string) => Promise<void>;
  readonly stop: AbortSignal;
  readonly signal: AbortSignal;
}

/** What applying needs of the pass. */
export interface ApplyOptions {
  /** The moment of the pass, by the monotonic clock: what is backed off beyond it is left for a later one. */
  readonly at: number;
  /** Called with the inventory between stages, so that new UIDs are recorded before long. */
  readonly checkpoint: (inventory: Inventory) => Promise<void>;
}

/** What a pass applied. */
export interface ApplyResult {
  readonly inventory: Inventory;
  readonly rows: readonly Row[];
}

/** Carries out the tasks stage by stage. Stops between objects when asked to stop. */
export async function applyStages(
  ports: ApplyPorts,
  stages: readonly (readonly ApplyTask[])[],
  inventory: Inventory,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { deps, stop } = ports;
  const { faults } = ports.memory;
  const rows: Row[] = [];
  if (stages.length === 0) return { inventory, rows };
  const next = new Map(inventory);
  const recording = besideStages(options.checkpoint);
  try {
    for (const stage of stages) {
      const due = stage.filter((task) => isTaskDue(faults, task, options.at));
      const run = async (task: ApplyTask): Promise<boolean> => {
        const entry = next.get(task.id);
        if (stop.aborted || entry === undefined) return false;
        const applied = await applyOne(contextOf(ports, task.app), task, entry);
        if (applied.entry !== entry && !isSameEntry(applied.entry, entry)) next.set(task.id, applied.entry);
        rows.push(applied.row);
        logRow(deps.log, applied.row, { task, faults });
        if (madeAnewAfter(applied.entry, task.digest) !== null) {
          const { id, app: application, reason } = applied.row;
          deps.log.info('an object makes way, and is made again', { application, id, reason });
        }
        rememberApplied(faults, deps, task, applied.row);
        return applied.row.action === 'failed';
      };
      const patience = { ...deps, hanging: faults.hanging, limit: inFlight, at: options.at };
      await mapPatiently(patience, leastTriedFirst(faults, due), {
        run,
        putOff: (task, hanging) => rows.push(rememberPutOff(faults, task, hanging)),
      });
      if (due.length > 0 && stage !== stages.at(-1)) await recording.begin(new Map(next));
    }
  } finally {
    await recording.ended();
  }
  return { inventory: hasSameEntries(next, inventory) ? inventory : next, rows };
}

/**
 * Records beside the next stage: what it creates was recorded before it began, and is proved by its nonces until then. One recording
 * follows the other, and one that fails ends the stages.
 */
function besideStages(checkpoint: ApplyOptions['checkpoint']) {
  let last = Promise.resolve();
  return {
    begin: async (inventory: Inventory): Promise<void> => {
      await last;
      last = checkpoint(inventory);
      // Who waits for its end is told.
      last.catch(() => undefined);
    },
    ended: () => last,
  };
}

/** What applying one object of an application needs. */
function contextOf(ports: ApplyPorts, app: string): ApplyContext {
  const { view, deps, signal } = ports;
  return {
    kube: ports.writerFor(app).kube,
    signal,
    registration: deps.identity.registration,
    takeOverFrom: ports.memory.site.current.takeOverFrom ?? [],
    predecessors: ports.memory.channel.bundle?.revision.predecessors ?? [],
    text: ports.objectText,
    nonce: deps.uuid,
    learn: view.learn,
    forget: view.forget,
    fieldsHash: ports.fieldsHash,
    ensureNamespace: (namespace) => ports.ensureNamespace(namespace, app),
  };
}

/** Says what came of a task: a failure when it is another than the last one, a repair when it is the first of a row of them. */
function logRow(
  log: AgentDeps['log'],
  row: Row,
  { task, faults }: { readonly task: ApplyTask; readonly faults: FaultMemory },
): void {
  const { id, action, reason, fault } = row;
  const fields = { application: row.app, id, action, reason };
  const isKnown = faults.faults.get(id)?.row.reason === reason;
  if (action === 'failed')
    log[isKnown ? 'debug' : 'warn']('could not apply an object', { ...fields, code: fault?.code });
  else if (row.isRefresh === undefined && isFirstRepair(faults.repairs, task)) log.info('repaired an object', fields);
  else log.debug('applied an object', fields);
}

function isSameEntry(a: InventoryEntry, b: InventoryEntry): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)] as (keyof InventoryEntry)[]);
  return [...keys].every((key) => a[key] === b[key]);
}

function hasSameEntries(a: Inventory, b: Inventory): boolean {
  return a.size === b.size && [...a].every(([id, entry]) => b.get(id) === entry);
}
