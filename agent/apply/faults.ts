import { backoff } from '../../shared/lib/backoff.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { ApplyTask } from '../model/plan.ts';
import type { Fault, Row } from '../model/rows.ts';
import { drift } from './decide.ts';

/** What the agent remembers of objects that could not be written, and of repairs, between passes. */
export interface FaultMemory {
  readonly faults: Map<ObjectId, Fault>;
  /** How often an object was repaired in a row, and when last (monotonic). */
  readonly repairs: Map<ObjectId, { readonly count: number; readonly at: number }>;
}

/** The memory of an agent in which nothing has failed yet. */
export function newFaultMemory(): FaultMemory {
  return { faults: new Map(), repairs: new Map() };
}

/** What backing off needs. */
export interface BackoffDeps {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly random: Random;
}

/** An object that is repaired more often than this in a row is repaired ever more rarely. */
const freeRepairs = 5;
/** Repairs with no more than this between them are in a row: something else keeps writing the object. */
const inARowMs = 600_000;

/** Whether a task may be tried now: an object that failed, or that something else keeps changing, is tried ever more rarely. */
export function isTaskDue(memory: FaultMemory, task: Pick<ApplyTask, 'id' | 'digest' | 'reason'>, at: number): boolean {
  const fault = memory.faults.get(task.id);
  if (fault !== undefined && fault.digest === task.digest && fault.until > at) return false;
  return task.reason !== drift || repairableAt(memory, task.id) <= at;
}

/** The earliest time (monotonic) after `at` at which an object that was backed off may be tried again; null when there is none. */
export function nextRetry(memory: FaultMemory, at: number): number | null {
  const times = [...memory.faults.values()].map((fault) => fault.until).filter((until) => until > at);
  for (const id of memory.repairs.keys()) {
    const until = repairableAt(memory, id);
    if (until > at) times.push(until);
  }
  return times.length === 0 ? null : Math.min(...times);
}

/** Remembers what came of a task: a fault with its backoff, or one repair more. */
export function rememberApplied(memory: FaultMemory, deps: BackoffDeps, task: ApplyTask, row: Row): void {
  if (row.action === 'failed') {
    rememberFault(memory, deps, row, task.digest);
    return;
  }
  memory.faults.delete(task.id);
  if (task.reason !== drift) return;
  const now = deps.clock.monotonic();
  const last = memory.repairs.get(task.id);
  const isInARow = last !== undefined && now - last.at < inARowMs;
  memory.repairs.set(task.id, { count: isInARow ? last.count + 1 : 1, at: now });
}

/** Remembers what came of a removal: a fault with its backoff, or none any more. */
export function rememberRemoved(memory: FaultMemory, deps: BackoffDeps, row: Row): void {
  if (row.action === 'failed') rememberFault(memory, deps, row, null);
  else memory.faults.delete(row.id);
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

/** Forgets faults of contents that these applications do not want any more. */
export function forgetOldFaults({ faults }: FaultMemory, apps: readonly BundleApp[]): void {
  if (faults.size === 0) return;
  const wanted = new Map(apps.flatMap((app) => app.objects.map(({ id, digest }) => [id, digest] as const)));
  for (const [id, fault] of faults) {
    const isOld = fault.digest === null ? wanted.has(id) : wanted.get(id) !== fault.digest;
    if (isOld) faults.delete(id);
  }
}

function rememberFault(memory: FaultMemory, { clock, random }: BackoffDeps, row: Row, digest: string | null): void {
  const attempts = (memory.faults.get(row.id)?.attempts ?? -1) + 1;
  const until = clock.monotonic() + 250 + backoff(attempts, random);
  memory.faults.set(row.id, { row, digest, attempts, until });
}

function repairableAt({ repairs }: FaultMemory, id: ObjectId): number {
  const repair = repairs.get(id);
  if (repair === undefined || repair.count <= freeRepairs) return 0;
  const doublings = Math.min(repair.count - freeRepairs - 1, 20);
  return repair.at + Math.min(300_000, 1_000 * 2 ** doublings);
}
