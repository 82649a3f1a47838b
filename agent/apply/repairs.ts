import type { ObjectId } from '../../shared/model/object.ts';
import type { ApplyTask } from '../model/plan.ts';
import type { Rival, Row } from '../model/rows.ts';

/** What the agent remembers of an object that it wrote: what it sent last, and how often it sent that again. */
export interface Repair {
  /** The content and the values over it that were sent last. */
  readonly sent: string;
  /** Repairs without an hour between two of them. */
  readonly count: number;
  /** When the last three of them were, by the monotonic clock, oldest first. */
  readonly times: readonly number[];
  /** True from the third repair in ten minutes on, until an hour passes without one. */
  readonly isFight: boolean;
  /** Who changed it before the last repair that could tell. */
  readonly rivals: readonly Rival[];
  /** True where the last repair made it anew. */
  readonly wasGone?: boolean;
}

/** Repairs by object; losing them costs a few requests. */
export type RepairMemory = Map<ObjectId, Repair>;

/** An object is repaired at once this often; then something else keeps writing it, and it is repaired ever more rarely. */
const freeRepairs = 3;
const firstWaitMs = 10_000;
const longestWaitMs = 300_000;
const fightMs = 600_000;
const quietMs = 3_600_000;

type Sending = Pick<ApplyTask, 'id' | 'digest' | 'overrides' | 'isRepair'>;

/** True when a task sends what the object had before: it is a repair, whatever its reason. */
function isAgain(repairs: RepairMemory, task: Sending): boolean {
  return task.isRepair || repairs.get(task.id)?.sent === contentOf(task);
}

/** Whether a task may be tried now, as far as earlier repairs of its object are concerned. */
export function isRepairDue(repairs: RepairMemory, task: Sending, at: number): boolean {
  return !isAgain(repairs, task) || repairableAt(repairs, task.id) <= at;
}

/** True for a repair that no other one came shortly before: the log says that one alone, and status what goes on after it. */
export function isFirstRepair(repairs: RepairMemory, task: Sending): boolean {
  return task.isRepair && (repairs.get(task.id)?.count ?? 0) === 0;
}

/** When an object may be repaired again, by the monotonic clock; 0 = at any time. */
export function repairableAt(repairs: RepairMemory, id: ObjectId): number {
  const repair = repairs.get(id);
  return repair === undefined ? 0 : (repair.times.at(-1) ?? 0) + waitOf(repair);
}

/** Remembers that a task was carried out. */
export function rememberWritten(repairs: RepairMemory, task: Sending, row: Row, now: number): void {
  const last = repairs.get(task.id);
  if (!isAgain(repairs, task)) {
    repairs.set(task.id, { sent: contentOf(task), count: 0, times: [], isFight: false, rivals: [] });
    return;
  }
  const isInARow = last !== undefined && now - (last.times.at(-1) ?? now) < quietMs;
  const before = isInARow ? last : { count: 0, times: [], isFight: false, rivals: [] };
  const times = [...before.times, now].slice(-freeRepairs);
  repairs.set(task.id, {
    sent: contentOf(task),
    count: before.count + 1,
    times,
    isFight: before.isFight || (times.length === freeRepairs && now - (times[0] ?? now) < fightMs),
    rivals: row.action === 'created' ? [] : (row.rivals ?? before.rivals),
    wasGone: row.action === 'created',
  });
}

/** Why objects are repaired ever more rarely, in words: `fought over by NAME: FIELDS`. Those that have been quiet since are left out. */
export function fightsOf(repairs: RepairMemory, at: number): ReadonlyMap<ObjectId, string> {
  const fights = new Map<ObjectId, string>();
  for (const [id, repair] of repairs) {
    if (!repair.isFight || at - (repair.times.at(-1) ?? 0) > fightMs + waitOf(repair)) continue;
    fights.set(id, fightText(repair));
  }
  return fights;
}

function fightText({ rivals, wasGone }: Repair): string {
  if (wasGone === true) return 'deleted again and again by something else; it is made again ever more rarely';
  if (rivals.length === 0) return 'changed again and again by something else; it is repaired ever more rarely';
  const names = rivals.map(({ manager, fields }) =>
    fields.length === 0 ? manager : `${manager}: ${fields.join(', ')}`,
  );
  return `fought over by ${names.join('; ')}`;
}

function waitOf({ count }: Repair): number {
  if (count < freeRepairs) return 0;
  return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(count - freeRepairs, 20));
}

function contentOf({ digest, overrides }: Sending): string {
  return `${digest} ${JSON.stringify(overrides)}`;
}
