import type { FoundHold } from '../model/hold.ts';
import type { Fleet, RevisionHistory, Site } from '../model/fleet.ts';
import type { Assignment } from '../model/rendered.ts';
import type { Problem } from '../model/source.ts';

/** A unit (`namespace/name`) on a cluster, with the names of its revisions there. */
export interface RunningUnit {
  readonly unit: string;
  readonly cluster: string;
  readonly revisions: readonly string[];
}

/** The input of placement: documents, revisions, clusters, and the recorded picks. */
export interface PlaceInput {
  readonly fleet: Fleet;
  readonly history: RevisionHistory;
  readonly targets: readonly Site[];
  /** Recorded picks by placement key. */
  readonly picks: ReadonlyMap<string, readonly string[]>;
  /** Units that run somewhere already. */
  readonly previous: readonly RunningUnit[];
  readonly localCluster: string | null;
  /** True where picks are not recorded (previews): a pick among several clusters then has a note that it is provisional. */
  readonly provisional?: boolean;
}

/** Why a revision does not go to a cluster. */
export interface PlacementReason {
  readonly unit: string;
  readonly revision: string;
  readonly cluster: string;
  readonly reason: string;
}

/** What placement decided; a problem that holds nothing is a warning, or is about a placement that takes no cluster. */
export interface Placed {
  readonly assignments: readonly Assignment[];
  readonly picks: Map<string, readonly string[]>;
  readonly reasons: readonly PlacementReason[];
  readonly problems: readonly Problem[];
  readonly holds: readonly FoundHold[];
}
