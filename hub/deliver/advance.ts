import type { Work } from '../../shared/lib/slices.ts';
import type { Effect } from '../model/effect.ts';
import { listsOf } from '../model/assignments.ts';
import {
  goingOn,
  unitKey,
  type AppDelivery,
  type ClusterDirectives,
  type Deliveries,
  type UnitDirective,
} from '../model/delivery.ts';
import type { ApplicationDeployment } from '../model/documents.ts';
import { frozenAt, type Freeze } from '../model/freeze.ts';
import type { FoundHold, Hold } from '../model/hold.ts';
import type { Assignment } from '../model/rendered.ts';
import type { State } from '../model/state.ts';
import type { Sourced } from '../model/source.ts';
import { appStates } from './app-states.ts';
import { advanceApplication, pausedBy, type ApplicationOutcome } from './application.ts';
import { contentReader, documentsOf, withDocuments } from './deployment.ts';
import { lastNumber, remains } from './begin.ts';
import { copyDirectiveOf } from './copy-directives.ts';
import { directiveOf } from './directives.ts';
import { heldBefore, namesOf, placeKey, targetOf, type UnitFacts } from './facts.ts';
import { observedIn } from './observed.ts';
import type { ApplicationInput } from './input.ts';
import { keptOf } from './kept-delivery.ts';
import { placeWanted } from './kept-places.ts';
import type { MovePlan } from './moving.ts';
import { unitsNow, type ContentReader } from './kept-units.ts';
import { givenParts, partKey, partOf } from './parts.ts';
import { placed, type WantedThere } from './placed.ts';
import { formerOf, type Found, type PlacedAs } from './places.ts';
import type { DeliveryProgress } from './progress.ts';
import { isResting, restingOutcome } from './resting.ts';
import { admissionsOf } from './standing.ts';
import { stepObjects } from './step-objects.ts';
import type { StepWorld } from './step-run.ts';
import { addTakenBack } from './taken-back.ts';
import type { DeliveryUnit } from './unit.ts';
import type { Wanted } from './wanted.ts';
import { wantedFirst, waysOf, type SaidWays } from './ways.ts';

/** An application that is delivered in steps or waves, as its documents say now. */
export interface DeliveredApp extends Pick<ApplicationInput, 'words'>, SaidWays {
  /** The ApplicationDeployment that it is; absent = it is an Application. */
  readonly deployment?: Sourced<ApplicationDeployment>;
}

/** What advancing all deliveries reads. */
export interface AdvanceInput
  extends Pick<ApplicationInput, 'listening' | 'window' | 'localCluster'>, Omit<UnitFacts, 'held' | 'listening'> {
  readonly state: Pick<State, 'deliveries' | 'clusters' | 'bundles'>;
  readonly apps: ReadonlyMap<string, DeliveredApp>;
  readonly freeze: Freeze | null;
  /** Applications (`namespace/name`) whose document is not in force any more, or says nothing of a delivery. */
  readonly isGone: (app: string) => boolean;
  readonly assignments: readonly Assignment[];
  /** What the pass before held. */
  readonly holds: readonly Pick<Hold, 'app' | 'cluster' | 'by' | 'reason'>[];
  /** Where deliveries stood after the pass before; null before the first one of this process. */
  readonly before: ReadonlyMap<string, Pick<DeliveryProgress, 'held'>> | null;
  /** Where a content of an application goes by its own document: a revision, or what is kept of an ApplicationDeployment. */
  readonly placedAs: PlacedAs;
  readonly world: Pick<StepWorld, 'ask' | 'effects'>;
}

/** What all deliveries come to in this pass. */
export interface Advanced {
  readonly deliveries: Deliveries;
  readonly assignments: readonly Assignment[];
  readonly holds: readonly FoundHold[];
  /** How clusters get to what is wanted of their units, by cluster; of those that a delivery tells nothing, nothing. */
  readonly directives: ReadonlyMap<string, ClusterDirectives>;
  readonly takenBack: Found['takenBack'];
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
  const { apps, assignments } = input;
  const facts = { ...input, held: heldBefore(input.holds) };
  const byApp = listsOf(apps.size === 0 ? [] : assignments);
  const outcomes: (readonly [string, ApplicationOutcome])[] = [];
  const frozen = frozenAt(input.freeze, input.listening.now);
  const found: Found = { holds: [], instead: new Map(), directives: new Map(), takenBack: new Map(), parts: new Map() };
  const apart = { byApp, deliveries: input.state.deliveries };
  const world = { ...input.world, apps: appStates(facts, apart), ...observedIn(input.reports) };
  const now = { ...input, world, frozen: frozen?.why ?? null };
  for (const [app, said] of apps) {
    const own = byApp.get(app) ?? [];
    const record = goingOn(input.state.deliveries.get(app));
    if (isResting(record, said)) {
      yield 1;
      outcomes.push([app, restingOutcome(facts, own, record)]);
      continue;
    }
    yield 1 + unitUnits * own.length;
    outcomes.push([app, advanceOne(now, facts, { app, said, own, found })]);
  }
  const { instead, ...told } = found;
  const due = [frozen?.until ?? null, ...outcomes.map(([, one]) => one.due)].filter((at) => at !== null);
  return {
    deliveries: deliveriesAfter(input, outcomes),
    assignments: instead.size === 0 ? assignments : assignments.flatMap((one) => instead.get(one) ?? [one]),
    ...told,
    progress: new Map(outcomes.flatMap(([app, { progress }]) => (progress === null ? [] : [[app, progress]]))),
    effects: outcomes.flatMap(([, { effects }]) => effects),
    due: due.length === 0 ? null : Math.min(...due),
  };
}

interface One {
  readonly app: string;
  readonly said: DeliveredApp;
  readonly own: readonly Assignment[];
  readonly found: Found;
}

type AdvanceOne = Omit<AdvanceInput, 'world'> & Pick<ApplicationInput, 'frozen' | 'world'>;

function advanceOne(input: AdvanceOne, facts: UnitFacts, { app, said, own, found }: One): ApplicationOutcome {
  const known = input.state.deliveries.get(app);
  const before = goingOn(known);
  const { deployment } = said;
  const units = unitsNow(facts, own, deployment === undefined ? byName : readerOf(before, said));
  const heldBefore = new Set(input.before?.get(app)?.held.map(({ unit }) => unit));
  const remembers = deployment !== undefined;
  const ways = waysOf(said, before, units);
  const kept = keptOf(own);
  const outcome = advanceApplication({
    ...input,
    ...said,
    record: before,
    numberBefore: lastNumber(known),
    units,
    remembers,
    heldBefore,
    kept,
    ...ways,
  });
  for (const [key, part] of wantedParts(said, outcome, own)) found.parts.set(key, part);
  const { record: after, wanted } = outcome;
  if (after === undefined) return outcome;
  addTakenBack(found.takenBack, after, { units, own, wanted });
  if (deployment !== undefined) {
    const record = withDocuments(after, deployment, contentsIn(units));
    const documentOf = documentsOf(record, deployment);
    const places = placed(input, found, { own, record, wanted, documentOf, objects: null });
    tell(found, { said, record, units, places });
    return { ...outcome, record };
  }
  const { moves } = ways;
  const objects = stepObjects(said.program, after);
  if (objects === null && moves === undefined) {
    placeWanted(found, kept, { own, wanted, former: formerOf(input, after, null) });
    return outcome;
  }
  const first = moves === undefined ? wanted : wantedFirst(wanted, units, said.content);
  const places = placed(input, found, { own, record: after, wanted: first, documentOf: null, objects });
  if (moves !== undefined) tell(found, { said, record: after, units, places, moves });
  return outcome;
}

const byName: ContentReader = { contentOf: namesOf, from: [] };

function readerOf(before: AppDelivery | undefined, { content }: DeliveredApp): ContentReader {
  const isKnown = before !== undefined;
  return {
    contentOf: contentReader(before?.documents, { isKnown, content }),
    from: [before?.documents, isKnown, content],
  };
}

function contentsIn(units: readonly DeliveryUnit[]): ReadonlySet<string> {
  return new Set(units.flatMap(({ published }) => (published === null ? [] : [published.content])));
}

interface Told {
  readonly said: DeliveredApp;
  readonly record: AppDelivery;
  readonly units: readonly DeliveryUnit[];
  readonly places: readonly WantedThere[];
  readonly moves?: MovePlan;
}

/** The step that gave a unit the content; null = none did, or the delivery has ended. */
function givenBy(last: AppDelivery['last'], { key }: DeliveryUnit): string | null {
  return admissionsOf(last).get(key)?.wave.split('/', 1)[0] ?? null;
}

function tell({ directives }: Found, { said: { content, words }, record, units, places, moves }: Told): void {
  const facts = { record, content, paused: pausedBy(words, record) };
  const told = (unit: DeliveryUnit, wanted: Wanted | null) =>
    moves === undefined
      ? directiveOf(facts, unit, wanted)
      : copyDirectiveOf(
          { ...facts, rollout: moves.rolloutAt(record.last.steps, givenBy(record.last, unit)) },
          unit,
          wanted,
        );
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  for (const { unit: name, cluster, key, wanted } of places) {
    const unit = byKey.get(key);
    const directive = unit === undefined ? null : told(unit, wanted);
    if (directive === null) continue;
    const here = directives.get(cluster) ?? new Map<string, UnitDirective>();
    directives.set(cluster, here.set(name, directive));
  }
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

/** The very same where nothing changed. */
function deliveriesAfter(
  { state, isGone }: Pick<AdvanceInput, 'state' | 'isGone'>,
  outcomes: readonly (readonly [string, ApplicationOutcome])[],
): Deliveries {
  const kept = [...state.deliveries.values()].flatMap((record) => (isGone(record.app) ? remains(record) : [record]));
  const advanced = outcomes.flatMap(([app, { record }]) => (record === undefined ? [] : [[app, record] as const]));
  const deliveries = new Map([...kept.map((record) => [record.app, record] as const), ...advanced]);
  return isSame(deliveries, state.deliveries) ? state.deliveries : deliveries;
}

function isSame(a: Deliveries, b: Deliveries): boolean {
  return a.size === b.size && [...a].every(([app, entry]) => b.get(app) === entry);
}
