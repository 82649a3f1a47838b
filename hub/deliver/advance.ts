import type { Work } from '../../shared/lib/slices.ts';
import { unitKey, type Deliveries } from '../model/delivery.ts';
import type { FoundHold, Hold } from '../model/hold.ts';
import type { Assignment } from '../model/rendered.ts';
import type { State } from '../model/state.ts';
import { advanceApplication, type ApplicationInput, type ApplicationOutcome } from './application.ts';
import { applicationOf, heldBefore, targetOf, unitsFrom, type UnitFacts } from './facts.ts';
import type { DeliveryProgress } from './progress.ts';
import type { Wanted } from './wanted.ts';

/** An application that is delivered in steps or waves, as its documents say now. */
export type DeliveredApp = Pick<ApplicationInput, 'program' | 'application' | 'content' | 'words'>;

/** What advancing all deliveries reads. */
export interface AdvanceInput
  extends
    Pick<ApplicationInput, 'listening' | 'frozen' | 'window' | 'condition' | 'localCluster'>,
    Omit<UnitFacts, 'held'> {
  readonly state: Pick<State, 'deliveries' | 'clusters' | 'bundles'>;
  readonly apps: ReadonlyMap<string, DeliveredApp>;
  /** Applications (`namespace/name`) whose document is not in force any more, or says nothing of a delivery. */
  readonly isGone: (app: string) => boolean;
  readonly assignments: readonly Assignment[];
  /** What the pass before held. */
  readonly holds: readonly Pick<Hold, 'app' | 'cluster' | 'by' | 'reason'>[];
  /** Where a revision of an application goes by its own document, by unit and cluster. */
  readonly placedAs: (app: string, revision: string) => readonly Assignment[];
}

/** What all deliveries come to in this pass. */
export interface Advanced {
  readonly deliveries: Deliveries;
  readonly assignments: readonly Assignment[];
  readonly holds: readonly FoundHold[];
  /** By application. */
  readonly progress: ReadonlyMap<string, DeliveryProgress>;
  /** The next moment at which a pass is due, whatever happens (milliseconds since the epoch); null = none is. */
  readonly due: number | null;
}

/** What a unit costs here, in units of a slice. */
const unitUnits = 0.3;

/**
 * Advances every delivery, as work: which clusters have the content of the documents, which stay as they are, and which go back. An
 * application without a program is as its documents say. Pure.
 */
export function* advancing(input: AdvanceInput): Work<Advanced> {
  const { state, apps, assignments } = input;
  const facts = { ...input, held: heldBefore(input.holds) };
  const byApp = Map.groupBy(apps.size === 0 ? [] : assignments, ({ unit }) => applicationOf(unit));
  const outcomes: (readonly [string, ApplicationOutcome])[] = [];
  const holds: FoundHold[] = [];
  const instead = new Map<Assignment, Assignment>();
  for (const [app, said] of apps) {
    const own = byApp.get(app) ?? [];
    yield 1 + unitUnits * own.length;
    const units = unitsFrom(facts, own);
    const outcome = advanceApplication({ ...input, ...said, record: state.deliveries.get(app), units });
    outcomes.push([app, outcome]);
    if (outcome.wanted.size === 0) continue;
    const former = formerOf(input, app);
    for (const assignment of own) {
      const wanted = outcome.wanted.get(unitKey(assignment.cluster, targetOf(assignment.unit)));
      if (wanted?.kind === 'stay') holds.push(stay(assignment, wanted));
      else if (wanted !== undefined) instead.set(assignment, former(assignment, wanted.content));
    }
  }
  const due = outcomes.flatMap(([, one]) => (one.due === null ? [] : [one.due]));
  return {
    deliveries: deliveriesAfter(input, outcomes),
    assignments: instead.size === 0 ? assignments : assignments.map((one) => instead.get(one) ?? one),
    holds,
    progress: new Map(outcomes.flatMap(([app, { progress }]) => (progress === null ? [] : [[app, progress]]))),
    due: due.length === 0 ? null : Math.min(...due),
  };
}

/** The very same where nothing changed. */
function deliveriesAfter(
  { state, isGone }: Pick<AdvanceInput, 'state' | 'isGone'>,
  outcomes: readonly (readonly [string, ApplicationOutcome])[],
): Deliveries {
  const kept = [...state.deliveries].filter(([app]) => !isGone(app));
  const advanced = outcomes.flatMap(([app, { record }]) => (record === undefined ? [] : [[app, record] as const]));
  const deliveries = new Map([...kept, ...advanced]);
  return isSame(deliveries, state.deliveries) ? state.deliveries : deliveries;
}

function isSame(a: Deliveries, b: Deliveries): boolean {
  return a.size === b.size && [...a].every(([app, entry]) => b.get(app) === entry);
}

function stay({ unit, cluster }: Assignment, { reason }: Wanted): FoundHold {
  return { app: unit, cluster, by: 'delivery', reason };
}

/** The assignment of an earlier revision: as its own document places it, else as the unit is placed now. */
function formerOf({ placedAs }: AdvanceInput, app: string): (assignment: Assignment, content: string) => Assignment {
  const known = new Map<string, ReadonlyMap<string, Assignment>>();
  return (assignment, content) => {
    const places = known.get(content) ?? new Map(placedAs(app, content).map((one) => [placeKey(one), one]));
    known.set(content, places);
    return places.get(placeKey(assignment)) ?? { ...assignment, revision: content };
  };
}

function placeKey({ unit, cluster }: Assignment): string {
  return `${unit} ${cluster}`;
}
