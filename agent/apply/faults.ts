import { backoff } from '../../shared/lib/backoff.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { ApplyTask } from '../model/plan.ts';
import { notTried, type HangingKind, type HangingKinds } from '../model/patiently.ts';
import type { Fault, Row } from '../model/rows.ts';
import { definitionWaitMs, type DefinitionWaits } from './definitions.ts';
import { isRepairDue, rememberWritten, repairableAt, type RepairMemory } from './repairs.ts';

/** What the agent remembers of objects that could not be written, and of repairs, between passes. */
export interface FaultMemory {
  readonly faults: Map<ObjectId, Fault>;
  readonly repairs: RepairMemory;
  readonly definitions: DefinitionWaits;
  readonly hanging: HangingKinds;
}

/** The memory of an agent in which nothing has failed yet. */
export function newFaultMemory(): FaultMemory {
  return { faults: new Map(), repairs: new Map(), definitions: new Map(), hanging: new Map() };
}

/** What backing off needs. */
export interface BackoffDeps {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly random: Random;
}

/** Whether a task may be tried now: an object that failed, or that something else keeps changing, is tried ever more rarely. */
export function isTaskDue(memory: FaultMemory, task: ApplyTask, at: number): boolean {
  const fault = memory.faults.get(task.id);
  if (fault !== undefined && fault.digest === task.digest && fault.until > at) return false;
  return isRepairDue(memory.repairs, task, at);
}

/** The earliest time (monotonic) after `at` at which an object that was backed off may be tried again; null when there is none. */
export function nextRetry(memory: FaultMemory, at: number): number | null {
  const times = [...memory.faults.values()].map((fault) => fault.until).filter((until) => until > at);
  for (const id of memory.repairs.keys()) {
    const until = repairableAt(memory.repairs, id);
    if (until > at) times.push(until);
  }
  for (const since of memory.definitions.values()) {
    if (since + definitionWaitMs > at) times.push(since + definitionWaitMs);
  }
  return times.length === 0 ? null : Math.min(...times);
}

/** Remembers what came of a task: a fault with its backoff, or one repair more. */
export function rememberApplied(memory: FaultMemory, deps: BackoffDeps, task: ApplyTask, row: Row): void {
  if (row.action === 'failed') {
    rememberFault(memory, deps, row, task);
    return;
  }
  // A look that found it gone is neither a repair nor the end of a fault: making it anew will be.
  if (row.isRefresh === 'anew') return;
  memory.faults.delete(task.id);
  rememberWritten(memory.repairs, task, row, deps.clock.monotonic());
}

/** Remembers an object that was not tried, because others of its application, kind and namespace hang; answers the row that says so. */
export function rememberPutOff({ faults }: FaultMemory, { id, app, digest }: ApplyTask, hanging: HangingKind): Row {
  const message = notTried(hanging);
  const row: Row = { id, app, action: 'failed', reason: message, fault: { code: 'TIMEOUT', message } };
  const known = faults.get(id);
  faults.set(
    id,
    known?.digest === digest ? { ...known, until: hanging.until } : { row, digest, attempts: -1, until: hanging.until },
  );
  return row;
}

/** Those that were tried least often first, so that an object that hangs keeps no other one from its turn. */
export function leastTriedFirst({ faults }: FaultMemory, tasks: readonly ApplyTask[]): ApplyTask[] {
  return [...tasks].sort((a, b) => tries(faults, a) - tries(faults, b));
}

/** Remembers what came of a removal: a fault with its backoff, or none any more. */
export function rememberRemoved(memory: FaultMemory, deps: BackoffDeps, row: Row): void {
  if (row.action === 'failed') rememberFault(memory, deps, row, { digest: null });
  else memory.faults.delete(row.id);
  if (row.action === 'deleted') memory.repairs.delete(row.id);
}

/** Remembers objects that are refused here: each is a fault of its application that no retry mends. */
export function rememberRefused(
  memory: FaultMemory,
  refused: readonly { readonly row: Row; readonly digest: string }[],
): void {
  for (const { row, digest } of refused) {
    memory.faults.set(row.id, { row, digest, attempts: 0, until: Number.MAX_SAFE_INTEGER });
  }
}

/** Forgets faults of contents that these applications do not want any more, and that do not serve until they are replaced. */
export function forgetOldFaults(
  { faults }: FaultMemory,
  apps: readonly BundleApp[],
  served: ReadonlyMap<ObjectId, { readonly digest: string }> = new Map(),
): void {
  if (faults.size === 0) return;
  const wanted = new Map(apps.flatMap((app) => app.objects.map(({ id, digest }) => [id, digest] as const)));
  for (const [id, fault] of faults) {
    if (fault.digest !== null && served.get(id)?.digest === fault.digest) continue;
    const isOld = fault.digest === null ? wanted.has(id) : wanted.get(id) !== fault.digest;
    if (isOld) faults.delete(id);
  }
}

function tries(faults: ReadonlyMap<ObjectId, Fault>, { id }: ApplyTask): number {
  return faults.get(id)?.attempts ?? -1;
}

function rememberFault(
  memory: FaultMemory,
  { clock, random }: BackoffDeps,
  row: Row,
  { digest, isServed = false }: { readonly digest: string | null; readonly isServed?: boolean },
): void {
  const attempts = (memory.faults.get(row.id)?.attempts ?? -1) + 1;
  const until = clock.monotonic() + 250 + backoff(attempts, random);
  memory.faults.set(row.id, { row, digest, attempts, until, ...(isServed && { isServed }) });
}
