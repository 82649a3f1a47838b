import type { Outcome } from '../model/outcome.ts';
import type { Live } from '../model/live.ts';
import type { Fault } from '../model/rows.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { ObjectProblem } from '../../shared/wire/report.ts';

/** Reasons that a report carries at most. */
const shown = 50;

/** Why retired objects are still there: what their deletion waits for, what went wrong with each, else why this pass kept it. */
export function blockedDeletions(
  { survivors, rows }: Pick<Outcome, 'survivors' | 'rows'>,
  faults: ReadonlyMap<ObjectId, Pick<Fault, 'row'>>,
  live: Pick<Live, 'object'>,
): ObjectProblem[] {
  const found = survivors.flatMap((id) => {
    // A deletion that is under way waits for finalizers, which the object names.
    const seen = live.object(id);
    if (seen?.health === 'Terminating')
      return [{ id, code: 'KEPT', message: seen.message.replace(/^being deleted, /, '') }];
    const kept = rows.findLast((row) => row.id === id && (row.action === 'kept' || row.action === 'failed'));
    const row = faults.get(id)?.row ?? kept;
    return row === undefined ? [] : [{ id, code: row.fault?.code ?? 'KEPT', message: row.reason }];
  });
  return found.slice(0, shown);
}
