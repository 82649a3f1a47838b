import type { Digest } from '../../shared/lib/canonical.ts';
import { by } from '../../shared/lib/order.ts';
import { isProtected } from '../../shared/model/kinds.ts';
import { deletionLimit } from '../../shared/model/limits.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { findApproval, waitingChange, type GuardFacts } from '../model/waiting-change.ts';
import type { GuardedChange } from '../model/guarded-change.ts';
import type { Departure } from '../model/placement.ts';
import { appBehind, type UnitRetire } from './retire.ts';

/** What the guards judge by, for one cluster. */
export interface GuardContext extends GuardFacts {
  /** Objects in the last bundle. */
  readonly objects: number;
  /** Units that leave the cluster and must not yet. */
  readonly departures: ReadonlyMap<string, Departure>;
}

/** What the guards decide: the units that stay as they are, each with the change that waits, and the approval that covers an id. */
export interface Guarded {
  readonly held: ReadonlyMap<string, GuardedChange>;
  readonly approved: ReadonlyMap<ObjectId, Digest>;
}

/**
 * Judges deletions unit by unit: approved ones pass and do not count; emptied units, units that must not leave yet and
 * protected kinds wait; of the rest those wait that exceed the limit of deletions at once. Pure.
 */
export function guard(retires: readonly UnitRetire[], context: GuardContext): Guarded {
  const judged = retires.map((retire) => ({ retire, verdict: judge(retire, context) }));
  const counted = judged.flatMap(({ retire, verdict }) => (verdict.kind === 'counted' ? [retire] : []));
  return {
    approved: new Map(
      judged.flatMap(({ retire, verdict }) =>
        verdict.kind === 'approved' ? retire.ids.map((id) => [id, verdict.change] as const) : [],
      ),
    ),
    held: new Map([
      ...judged.flatMap(({ retire, verdict }) =>
        verdict.kind === 'held' ? [[retire.unit, verdict.change] as const] : [],
      ),
      ...massDeletes(beyondLimit(counted, deletionLimit(context.objects)), context),
    ]),
  };
}

type Verdict =
  | { readonly kind: 'approved'; readonly change: Digest }
  | { readonly kind: 'held'; readonly change: GuardedChange }
  | { readonly kind: 'counted' };

function judge({ unit, ids, isEmptied, isLeaving }: UnitRetire, context: GuardContext): Verdict {
  const approval = findApproval(ids, context);
  if (approval !== null) return { kind: 'approved', change: approval.change };
  const { code: whole, waitsFor = [] } = (isLeaving ? context.departures.get(unit) : undefined) ?? { code: null };
  const code = isEmptied ? 'EMPTY_RENDER' : (whole ?? (ids.some(isProtected) ? 'PROTECTED_DELETE' : null));
  if (code === null) return { kind: 'counted' };
  const change = waitingChange({ code, ...namesOf(unit), ids }, context);
  return { kind: 'held', change: waitsFor.length === 0 ? change : { ...change, waitsFor } };
}

/** What a delivery brought that was taken back is approved for itself: agents let go of what that took over. */
function massDeletes(retires: readonly UnitRetire[], context: GuardContext): [unit: string, change: GuardedChange][] {
  const { own = [], behind = [] } = Object.groupBy(retires, (one) => (appBehind(one) === null ? 'own' : 'behind'));
  return [own, ...behind.map((one) => [one])].flatMap((some) => massDelete(some, context));
}

/** All units beyond the limit wait under one change, which names the application when it is one alone. */
function massDelete(retires: readonly UnitRetire[], context: GuardContext): [unit: string, change: GuardedChange][] {
  const [first, ...more] = retires;
  if (first === undefined) return [];
  const names = more.length === 0 ? namesOf(first.unit) : { app: null };
  const ids = retires.flatMap((one) => one.ids);
  const change = waitingChange({ code: 'MASS_DELETE', ...names, ids }, context);
  return retires.map(({ unit }) => [unit, change]);
}

/** Null for the past of the cluster, which belongs to no application. */
function namesOf(unit: string): Pick<GuardedChange, 'app' | 'behind'> {
  const app = appBehind({ unit });
  if (app !== null) return { app, behind: unit };
  return { app: unit === '' ? null : unit };
}

// The units with the fewest deletions pass for as long as the sum stays within the limit.
function beyondLimit(retires: readonly UnitRetire[], limit: number): UnitRetire[] {
  const sorted = [...retires].sort(by(({ unit }) => unit)).sort((a, b) => a.counted.length - b.counted.length);
  let sum = 0;
  return sorted.filter(({ counted }) => {
    sum += counted.length;
    return counted.length > 0 && sum > limit;
  });
}
