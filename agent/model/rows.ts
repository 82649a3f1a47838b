import type { Code } from '../../shared/errors.ts';
import type { ObjectId } from '../../shared/model/object.ts';

/** What was done, or not done, with one object: logs, events, report and exit code derive from rows. */
export interface Row {
  readonly id: ObjectId;
  readonly app: string;
  readonly action:
    'created' | 'configured' | 'unchanged' | 'adopted' | 'scaled' | 'deleted' | 'kept' | 'skipped' | 'failed';
  /** Why, in words for a user. */
  readonly reason: string;
  /** The object is not what was believed: the next pass knows better and may act at once. */
  readonly isRefresh?: true;
  readonly fault?: { readonly code: Code; readonly message: string };
}
