import type { ObjectId } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { VerifiedBundle } from './bundle.ts';
import type { Stage } from './delivery.ts';
import type { Inventory } from './inventory.ts';
import type { Mode } from './mode.ts';
import type { AppPlan } from './plan.ts';
import type { Row } from './rows.ts';

/** An application with where it stands. */
export interface AppOutcome {
  /** `namespace/name`. */
  readonly key: string;
  /** Null = the bundle does not name it any more. */
  readonly app: BundleApp | null;
  readonly plan: AppPlan | null;
  /** Why it is not applied here at all; null = it is. */
  readonly skipped: string | null;
  /** Set while a delivery with steps decides what is applied: `app` is that, and the bundle's own is `stage.wanted`. */
  readonly stage?: Stage;
}

/** What a pass found and did. */
export interface Outcome {
  /** The moment by which everything was decided (monotonic): what falls due after it is for the next pass. */
  readonly at: number;
  readonly bundle: VerifiedBundle | null;
  /** The hub's ids of objects whose id here is another one, by the id here. */
  readonly hubIds: ReadonlyMap<ObjectId, ObjectId>;
  readonly mode: Omit<Mode, 'steps'>;
  readonly apps: readonly AppOutcome[];
  readonly rows: readonly Row[];
  readonly inventory: Inventory;
  readonly unexplained: readonly ObjectId[];
  /** Retired and still inventoried. */
  readonly survivors: readonly ObjectId[];
  readonly isLimited: boolean;
  /** What the limit of deletions says of what waits for it; empty while nothing does. */
  readonly limitText: string;
  readonly isRestored: boolean;
  readonly isSettled: boolean;
  /** True when it wrote something, so that the next step may be possible at once. */
  readonly didWrite: boolean;
  /** When to run the next pass if no change triggers it, by the monotonic clock. */
  readonly deadline: number | null;
  /** When the hold of the site that was decided by begins or ends if its ConfigMap stays (milliseconds since the epoch); null = never. */
  readonly holdChangesAt: number | null;
}
