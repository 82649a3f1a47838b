import type { Work } from '../../shared/lib/slices.ts';
import type { Effect } from '../model/effect.ts';
import { unitKey, type Deliveries } from '../model/delivery.ts';
import type { FoundHold, Hold } from '../model/hold.ts';
import type { Assignment } from '../model/rendered.ts';
import type { State } from '../model/state.ts';
import { advanceApplication, type ApplicationOutcome } from './application.ts';
import type { ApplicationInput } from './input.ts';
import { applicationOf, heldBefore, targetOf, unitsFrom, type UnitFacts } from './facts.ts';
import { appStates } from './app-states.ts';
import type { DeliveryProgress } from './progress.ts';
import { givenParts, partKey, partOf } from './parts.ts';
import { stepObjects } from './step-objects.ts';
import type { StepWorld } from './step-run.ts';
import type { Wanted } from './wanted.ts';

/** An application that is delivered in steps or waves, as its documents say now. */
export type DeliveredApp = Pick<ApplicationInput, 'program' | 'application' | 'content' | 'words'>;

/** What advancing all deliveries reads. */
export interface AdvanceInput
  extends Pick<ApplicationInput, 'listening' | 'frozen' | 'window' | 'localCluster'>, Omit<UnitFacts, 'held'> {
  readonly state: Pick<State, 'deliveries' | 'clusters' | 'bundles'>;
  readonly apps: ReadonlyMap<string, DeliveredApp>;
  /** Applications (`namespace/name`) whose document is not in force any more, or says nothing of a delivery. */
  readonly isGone: (app: string) => boolean;
  readonly assignments: readonly Assignment[];
  /** What the pass before held. */
  readonly holds: readonly Pick<Hold, 'app' | 'cluster' | 'by' | 'reason'>[];
  /** Where a revision of an application goes by its own document, by unit and cluster. */
  readonly placedAs: (app: string, revision: string) => readonly Assignment[];
  readonly world: Pick<StepWorld, 'ask' | 'effects'>;
}

/** What all deliveries come to in this pass. */
export interface Advanced {
  readonly deliveries: Deliveries;
  readonly assignments: readonly Assignment[];
  readonly holds: readonly FoundHold[];
  /** By application. */
  readonly progress: ReadonlyMap<string, DeliveryProgress>;
  readonly effects: readonly Effect[];
  /** What units are to have whose components come one after the other (`partKey`), by `unit cluster`. */
  readonly parts: ReadonlyMap<string, string>;
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
  const instead = new Map<Assignment, readonly Assignment[]>();
  const parts = new Map<string, string>();
  const world = { ...input.world, apps: appStates(facts, { byApp, deliveries: state.deliveries }) };
  for (const [app, said] of apps) {
    const own = byApp.get(app) ?? [];
    yield 1 + unitUnits * own.length;
    const units = unitsFrom(facts, own);
    const outcome = advanceApplication({ ...input, ...said, record: state.deliveries.get(app), units, world });
    outcomes.push([app, outcome]);
    for (const [key, part] of wantedParts(said, outcome, own)) parts.set(key, part);
    const objects = stepObjects(said.program, outcome.record);
    if (outcome.wanted.size === 0 && objects === null) continue;
    const former = formerOf(input, app);
    for (const assignment of own) {
      const wanted = outcome.wanted.get(unitKey(assignment.cluster, targetOf(assignment.unit)));
      if (wanted?.kind === 'stay') holds.push(stay(assignment, wanted));
      else {
        const made = assigned(assignment, wanted, former);
        const withObjects =
          objects === null ? made : objects(made, { targets: input.targets, localCluster: input.localCluster });
        if (withObjects.length !== 1 || withObjects[0] !== assignment) instead.set(assignment, withObjects);
      }
    }
  }
  const due = outcomes.flatMap(([, one]) => (one.due === null ? [] : [one.due]));
  return {
    deliveries: deliveriesAfter(input, outcomes),
    assignments: instead.size === 0 ? assignments : assignments.flatMap((one) => instead.get(one) ?? [one]),
    holds,
    progress: new Map(outcomes.flatMap(([app, { progress }]) => (progress === null ? [] : [[app, progress]]))),
    effects: outcomes.flatMap(([, { effects }]) => effects),
    parts,
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

function assigned(
  assignment: Assignment,
  wanted: Exclude<Wanted, { readonly kind: 'stay' }> | undefined,
  former: (assignment: Assignment, content: string) => Assignment,
): readonly Assignment[] {
  if (wanted === undefined) return [assignment];
  return wanted.kind === 'content' ? [former(assignment, wanted.content)] : partly(assignment, wanted, former);
}

/** The components that were given, beside what the unit had without them. */
function partly(
  assignment: Assignment,
  { components, former }: Extract<Wanted, { readonly kind: 'part' }>,
  formerly: (assignment: Assignment, content: string) => Assignment,
): readonly Assignment[] {
  const given = { ...assignment, components };
  if (former === null) return [given];
  return [{ ...formerly(assignment, former), without: components }, given];
}

function wantedParts(
  { program, content }: Pick<DeliveredApp, 'program' | 'content'>,
  { record, wanted }: Pick<ApplicationOutcome, 'record' | 'wanted'>,
  own: readonly Assignment[],
): readonly (readonly [string, string])[] {
  const given = record?.last.phase === 'running' ? givenParts(program, record) : undefined;
  if (given === undefined) return [];
  return own.flatMap(({ unit, cluster, components }) => {
    const key = unitKey(cluster, targetOf(unit));
    const one = wanted.get(key);
    if (!given.units.has(key) || (one !== undefined && one.kind !== 'part')) return [];
    const part = partOf({ key, ...(components !== undefined && { components }) }, given);
    return [[placeKey({ unit, cluster }), partKey(content, part, given.objects)] as const];
  });
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

function placeKey({ unit, cluster }: Pick<Assignment, 'unit' | 'cluster'>): string {
  return `${unit} ${cluster}`;
}
