import { appKey, splitKey } from '../../shared/wire/bundle.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { Departure, PlacementFacts } from '../model/placement.ts';
import { isHealthy, type JudgedBy } from '../model/health.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { Assignment } from '../model/rendered.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { waitingOn } from '../model/waiting-change.ts';
import type { Entry } from './entry.ts';
import { previousRevision, type PlanState } from './input.ts';

/** What departures are judged by, beside placement. */
export interface DepartureInput {
  readonly state: PlanState;
  readonly placement: PlacementFacts;
  readonly reports: ReadonlyMap<string, { readonly report: AgentReport }>;
  readonly judged: JudgedBy;
}

/**
 * The units of a cluster's last bundle that are not placed there any more and must stay all the same, with the reason.
 *
 * A unit whose document a commit removed goes. So does one that its own document took off this cluster. What goes for another
 * reason waits for an approval; and a unit that moves stays until every cluster that gained it says that it is healthy there, or
 * where it moves to another unit of this cluster (another namespace), that one. Pure.
 */
export function departuresFrom(input: DepartureInput, record: ClusterRecord): ReadonlyMap<string, Departure> {
  const apps = previousRevision(input.state, record)?.apps ?? [];
  const departures = apps.flatMap((app) => {
    const departure = departureOf(input, app, record.name);
    return departure === null ? [] : [[appKey(app), departure] as const];
  });
  return new Map(departures);
}

function departureOf(input: DepartureInput, app: BundleApp, cluster: string): Departure | null {
  const { placement, state } = input;
  const unit = appKey(app);
  const successors = successorsOn(input, app, cluster);
  if (successors.length > 0) return replacedBy(input, { unit, successors, cluster });
  const heirs = heirsOf(input, applicationsOf(app));
  const waiting = waitingOn(state.guarded, cluster).filter((change) => change.app === unit);
  const known = new Set(waiting.flatMap(({ waitsFor = [] }) => waitsFor));
  const gaining =
    known.size === 0 ? heirs.lacking : heirs.all.filter(({ cluster: name, runs }) => known.has(name) || !runs);
  const undone = gaining.filter(({ isDone }) => !isDone);
  if (undone.length > 0) return movingTo(gaining, undone, cluster);
  if (gaining.length > 0 || !placement.documents.has(splitKey(unit).app)) return null;
  if (heirs.all.length === 0) return emptied('no cluster would have it any more, and its document is still there');
  const isLost = placement.lostByLabels.has(`${unit} ${cluster}`);
  // The labels of the next bundle are those of now: the change that waits remembers that it was them.
  return isLost || waiting.some(({ code }) => code === 'EMPTY_RENDER')
    ? emptied(`the labels of ${cluster} changed, and its placement does not match them any more`)
    : null;
}

/** The units that bring the application of this one to a cluster, its own name among them where it is placed there. */
export function successorsOn(
  { placement }: Pick<DepartureInput, 'placement'>,
  app: BundleApp,
  cluster: string,
): readonly string[] {
  const placed = placedOn(placement.assignments);
  return [...new Set([...applicationsOf(app)].flatMap((name) => placed.get(name)?.get(cluster) ?? []))];
}

/** Another unit of the cluster takes the place of this one once its agent says that it is healthy; one that reports nothing, once it is published. */
function replacedBy(
  { state, reports, judged }: DepartureInput,
  {
    unit,
    successors,
    cluster,
  }: { readonly unit: string; readonly successors: readonly string[]; readonly cluster: string },
): Departure | null {
  if (successors.includes(unit)) return null;
  const record = state.clusters.get(cluster);
  const published = record === undefined ? [] : (previousRevision(state, record)?.apps ?? []);
  const made = published.filter((app) => successors.includes(appKey(app)));
  const isMade = made.length === successors.length;
  if (isMade && (record?.reports === false || areDone({ state, reports, judged }, cluster, made))) return null;
  const reason = `${successors.join(', ')} takes its place on ${cluster}, and it stays until that is reported healthy`;
  return { code: 'MOVE_UNFINISHED', reason, waitsFor: [cluster], successors };
}

/** A cluster on which placement has a revision of some applications: whether its last bundle has one, and it is healthy there. */
interface Heir {
  readonly cluster: string;
  readonly runs: boolean;
  readonly isDone: boolean;
}

/** The heirs of some applications by name, and those of them that have none yet. */
interface Heirs {
  readonly all: readonly Heir[];
  readonly lacking: readonly Heir[];
}

// The same for each cluster that they leave: a move of a whole fleet asks for them very often.
const knownHeirs = oncePerValue<DepartureInput, Map<string, Heirs>>(() => new Map());

function heirsOf(input: DepartureInput, applications: ReadonlySet<string>): Heirs {
  const known = knownHeirs(input);
  const key = [...applications].sort().join(' ');
  const heirs = known.get(key) ?? findHeirs(input, applications);
  known.set(key, heirs);
  return heirs;
}

function findHeirs(input: DepartureInput, applications: ReadonlySet<string>): Heirs {
  const placed = placedOn(input.placement.assignments);
  const clusters = new Set([...applications].flatMap((name) => [...(placed.get(name)?.keys() ?? [])]));
  const all = [...clusters].sort().map((cluster): Heir => ({
    cluster,
    runs: unitsOn(input.state, cluster, applications).length > 0,
    isDone: isDone(input, cluster, applications),
  }));
  return { all, lacking: all.filter(({ runs }) => !runs) };
}

function movingTo(gaining: readonly Heir[], undone: readonly Heir[], cluster: string): Departure {
  const waitsFor = namesOf(gaining);
  const reason = `it moves to ${waitsFor.join(', ')}, and stays on ${cluster} until ${namesOf(undone).join(', ')} reports it healthy`;
  return { code: 'MOVE_UNFINISHED', reason, waitsFor };
}

function namesOf(heirs: readonly Heir[]): readonly string[] {
  return heirs.map(({ cluster }) => cluster);
}

function emptied(reason: string): Departure {
  return { code: 'EMPTY_RENDER', reason, waitsFor: [] };
}

/** The units that have revisions of each application, by the cluster on which placement has them. */
const placedOn = oncePerValue((assignments: PlacementFacts['assignments']) => {
  const placed = new Map<string, Map<string, readonly string[]>>();
  // On most clusters one unit has it, and on all of them the same one: one list.
  const alone = new Map<string, readonly string[]>();
  for (const assignment of assignments) {
    const application = applicationOf(assignment);
    const clusters = placed.get(application) ?? new Map<string, readonly string[]>();
    const units = clusters.get(assignment.cluster) ?? [];
    const only = alone.get(assignment.unit) ?? [assignment.unit];
    alone.set(assignment.unit, only);
    if (!units.includes(assignment.unit))
      clusters.set(assignment.cluster, units.length === 0 ? only : [...units, assignment.unit]);
    placed.set(application, clusters);
  }
  return placed;
});

/** The applications (`namespace/name`) whose revisions a unit has. */
export const applicationsOf = oncePerValue(
  // Of an application that many clusters have, each plan of each of them asks.
  ({ namespace, revisions }: BundleApp): ReadonlySet<string> =>
    new Set(revisions.map(({ name }) => applicationOf({ unit: `${namespace}/`, revision: name }))),
);

function applicationOf({ unit, revision }: Pick<Assignment, 'unit' | 'revision'>): string {
  return `${unit.slice(0, unit.indexOf('/'))}/${revision.replace(/-v\d+$/, '')}`;
}

/** The units of a cluster's last bundle that have a revision of some applications. */
function unitsOn(state: PlanState, cluster: string, applications: ReadonlySet<string>): readonly BundleApp[] {
  const record = state.clusters.get(cluster);
  const apps = record === undefined ? [] : (previousRevision(state, record)?.apps ?? []);
  return apps.filter((app) => [...applicationsOf(app)].some((name) => applications.has(name)));
}

/** True when the agent of a cluster says that it has what was published to it, and that it is healthy. */
function isDone(input: DepartureInput, cluster: string, applications: ReadonlySet<string>): boolean {
  return areDone(input, cluster, unitsOn(input.state, cluster, applications));
}

function areDone(
  { state, reports, judged }: Pick<DepartureInput, 'state' | 'reports' | 'judged'>,
  cluster: string,
  units: readonly BundleApp[],
): boolean {
  const revision = state.bundles.get(cluster)?.revision;
  const report = reports.get(cluster)?.report;
  if (units.length === 0 || report === undefined || report.registration !== revision?.registration) return false;
  return units.every((unit) => {
    const seen = report.apps.find((app) => appKey(app) === appKey(unit));
    return seen?.applied === unit.digest && isHealthy(seen.health, judged(appKey(unit), cluster, unit));
  });
}

/** What takes over objects of a unit takes its place at once: one object is in one unit of a bundle. Pure. */
export function departuresNow(
  departures: ReadonlyMap<string, Departure>,
  chosen: ReadonlyMap<string, Entry>,
  before: ReadonlyMap<string, BundleApp>,
): ReadonlyMap<string, Departure> {
  const isTakenOver = (unit: string, { successors = [] }: Departure): boolean => {
    const own = new Set(before.get(unit)?.objects.map(({ id }) => id));
    return successors.some((name) => chosen.get(name)?.app.objects.some(({ id }) => own.has(id)) === true);
  };
  return new Map([...departures].filter(([unit, departure]) => !isTakenOver(unit, departure)));
}
