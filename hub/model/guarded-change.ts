import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';

/** A change that a guard stopped: shown by status, released by `approve DIGEST`. */
export interface GuardedChange {
  readonly change: Digest;
  readonly code:
    'EMPTY_RENDER' | 'MASS_DELETE' | 'PROTECTED_DELETE' | 'MOVE_UNFINISHED' | 'SOURCE_REWOUND' | 'CAPABILITY_LOST';
  readonly cluster: string | null;
  readonly app: string | null;
  readonly generation: number;
  readonly ids: readonly ObjectId[];
  readonly since: string;
  /** The delivery that brought these objects and was taken back (`default/web#2`): agents let go of what that took over. */
  readonly behind?: string;
  /** The clusters that a move waits for. */
  readonly waitsFor?: readonly string[];
}
