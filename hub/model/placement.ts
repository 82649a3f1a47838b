import type { GuardedChange } from './guarded-change.ts';
import type { Assignment } from './rendered.ts';

/** What placement decided, as far as it tells why a unit leaves a cluster. */
export interface PlacementFacts {
  readonly assignments: readonly Pick<Assignment, 'unit' | 'revision' | 'cluster'>[];
  /** The units (`namespace/name`) that have a document in force. */
  readonly documents: ReadonlySet<string>;
  /** `unit cluster`: placed there by the labels of the last bundles, and not by those of now. */
  readonly lostByLabels: ReadonlySet<string>;
}

/** Why a unit must not leave a cluster yet. */
export interface Departure {
  readonly code: Extract<GuardedChange['code'], 'EMPTY_RENDER' | 'MOVE_UNFINISHED'>;
  readonly reason: string;
  /** The clusters that a move waits for. */
  readonly waitsFor: readonly string[];
  /** The units of the cluster that take its place; absent = others do. One that has an object of it takes that over at once. */
  readonly successors?: readonly string[];
}
