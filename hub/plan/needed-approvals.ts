import type { Approval } from '../../shared/wire/approval.ts';
import type { NextBundle } from '../model/bundle.ts';
import { waitingChanges, type FoundHold } from '../model/hold.ts';
import { waitingOn } from '../model/waiting-change.ts';
import type { PlanState } from './input.ts';

/** The approvals that stay: each until it is used, and then for as long as a retired object names it. Pure. */
export function neededApprovals(
  state: PlanState,
  next: readonly NextBundle[],
  holds: readonly FoundHold[],
): readonly Approval[] {
  if (state.approvals.length === 0) return state.approvals;
  const revisions = new Map([
    ...[...state.bundles].map(([cluster, { revision }]) => [cluster, revision] as const),
    ...next.map(({ cluster, revision }) => [cluster, revision] as const),
  ]);
  const needed = new Set([
    ...[...revisions.values()].flatMap(({ approvals }) => approvals.map(({ change }) => change)),
    ...waitingChanges(holds).map(({ change }) => change),
    ...waitingOn(state.guarded, null).map(({ change }) => change),
  ]);
  const approvals = state.approvals.filter(({ change }) => needed.has(change));
  return approvals.length === state.approvals.length ? state.approvals : approvals;
}
