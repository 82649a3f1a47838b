import type { Digest } from '../../shared/lib/canonical.ts';
import { isProtected } from '../../shared/model/kinds.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { Approval } from '../../shared/wire/approval.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import { findApproval, waitingChange, waitingOn } from '../model/waiting-change.ts';
import { nextGeneration, previousRevision, type ClusterInput } from './input.ts';

/** What an agent's limit of deletions holds back: a hold while nothing was decided, and the approval that releases an id. */
export interface LimitedDeletions {
  readonly holds: readonly FoundHold[];
  readonly released: ReadonlyMap<ObjectId, Digest>;
}

const nothing: LimitedDeletions = { holds: [], released: new Map() };

/**
 * The retired objects that an agent keeps because more would go than a day allows (`DeleteLimited` in its report). They go by
 * themselves as the day passes, or at once by an approval, which the next bundle carries. Pure.
 */
export function limitedDeletions({
  state,
  record,
  report,
  now,
}: Pick<ClusterInput, 'state' | 'record' | 'report' | 'now'>): LimitedDeletions {
  const previous = previousRevision(state, record);
  const ids = previous === null ? [] : limitedIds(previous, report);
  if (ids.length === 0) return nothing;
  const facts = {
    channel: state.channel,
    registration: record.registration,
    cluster: record.name,
    generation: nextGeneration({ state, record }),
    waiting: waitingOn(state.guarded, record.name),
    approvals: state.approvals,
    now,
  };
  const approval = findApproval(ids, facts);
  if (approval !== null) return { holds: [], released: releasedBy(approval, ids) };
  const change = waitingChange({ code: 'MASS_DELETE', app: null, ids }, facts);
  const reason = `${ids.length} retired objects wait: more would be deleted than a day allows without an approval`;
  const hint = `they go by themselves as the day passes, or at once: sluice-hub approve ${change.change}`;
  const told = { code: 'MASS_DELETE', message: reason, hint, cluster: record.name, severity: 'warning' } as const;
  return { holds: [holdOf('guard', told, { app: null, cluster: record.name, change })], released: new Map() };
}

function limitedIds({ registration, epoch, retired }: Revision, report: ClusterInput['report']): ObjectId[] {
  if (report?.registration !== registration || report.accepted?.epoch !== epoch) return [];
  if (!report.conditions.some(({ type }) => type === 'DeleteLimited')) return [];
  const survivors = new Set(report.retired.survivors);
  const waiting = retired.filter(({ id, approval }) => approval === undefined && survivors.has(id) && !isProtected(id));
  return waiting.map(({ id }) => id).sort();
}

function releasedBy({ change }: Approval, ids: readonly ObjectId[]): ReadonlyMap<ObjectId, Digest> {
  return new Map(ids.map((id) => [id, change]));
}
