import type { Code } from '../../shared/errors.ts';
import type { ObjectId } from '../../shared/model/object.ts';

/** What was done, or not done, with one object: logs, events, report and exit code derive from rows. */
export interface Row {
  readonly id: ObjectId;
  /** Application, `namespace/name`. */
  readonly app: string;
  readonly action:
    'created' | 'configured' | 'unchanged' | 'adopted' | 'scaled' | 'deleted' | 'kept' | 'skipped' | 'failed';
  /** Why, in words for a user. */
  readonly reason: string;
  /** Who changed the object since it was written last, as far as the server says. */
  readonly rivals?: readonly Rival[];
  /** The object is not what the inventory says: the next pass has read it anew and may act at once; `anew` = it is made again. */
  readonly isRefresh?: true | 'anew';
  readonly fault?: Objection;
}

/** Why something is not done: what it is, and what to do about it. */
export interface Objection {
  readonly code: Code;
  readonly message: string;
}

/** Another manager of an object, with the fields that it took; no fields = the server does not say which. */
export interface Rival {
  readonly manager: string;
  readonly fields: readonly string[];
}

/** An object that could not be applied or deleted: tried again after a backoff, or when its content changes. */
export interface Fault {
  readonly row: Row;
  /** The content that could not be applied; null = the deletion failed. */
  readonly digest: string | null;
  /** True for a content that the bundle has no more and that serves until it is replaced: it keeps no change from going on. */
  readonly isServed?: boolean;
  readonly attempts: number;
  /** When it may be tried again, by the monotonic clock. */
  readonly until: number;
}
