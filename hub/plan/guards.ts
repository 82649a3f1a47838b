import type { Digest } from '../../shared/lib/canonical.ts';
import { by } from '../../shared/lib/order.ts';
import { isProtected } from '../../shared/model/kinds.ts';
import { deletionLimit } from '../../shared/model/limits.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { approvalOf, waitingChange, type GuardFacts } from '../model/guarded.ts';
import type { GuardedChange } from '../model/guarded-change.ts';
import type { UnitRetire } from './retire.ts';

/** What the guards judge by, for one cluster. */
export interface GuardContext extends GuardFacts {
  /** Objects in the last bundle. */
  readonly objects: number;
}

/** What the guards say: the units that stay as they are with the change that waits, and the approval that covers an id. */
export interface Guarded {
  readonly held: ReadonlyMap<string, GuardedChange>;
  readonly approved: ReadonlyMap<ObjectId, Digest>;
}

/** Judges what is to be retired: emptied units, protected kinds, then numbers. Approved changes pass, and do not count. */
export function guard(retires: readonly UnitRetire[], context: GuardContext): Guarded {
  const approved = new Map<ObjectId, Digest>();
  const held = new Map<string, GuardedChange>();
  const open = retires.filter(({ ids }) => {
    const approval = approvalOf(ids, context);
    for (const id of approval === null ? [] : ids) approved.set(id, approval?.change ?? ('' as Digest));
    return approval === null;
  });
  const unguarded = open.filter(({ unit, ids, isEmptied }) => {
    const code = isEmptied ? 'EMPTY_RENDER' : ids.some(isProtected) ? 'PROTECTED_DELETE' : null;
    if (code !== null) held.set(unit, waitingChange({ code, app: unit === '' ? null : unit, ids }, context));
    return code === null;
  });
  const tooMany = beyondLimit(unguarded, deletionLimit(context.objects));
  if (tooMany.length > 0) {
    const [only] = tooMany;
    const app = tooMany.length === 1 && only?.unit !== '' ? (only?.unit ?? null) : null;
    const change = waitingChange({ code: 'MASS_DELETE', app, ids: tooMany.flatMap(({ ids }) => ids) }, context);
    for (const { unit } of tooMany) held.set(unit, change);
  }
  return { held, approved };
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
