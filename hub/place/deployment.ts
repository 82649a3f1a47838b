import {
  docKey,
  namespaceOf,
  type ApplicationDeployment,
  type ClusterSelector,
  type Placement,
} from '../model/documents.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import type { RevisionRecord, Site } from '../model/fleet.ts';
import type { Assignment } from '../model/rendered.ts';
import type { Problem, Sourced } from '../model/source.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { atOnce, mapping, type Work } from '../../shared/lib/slices.ts';
import type { Placed, PlaceInput, PlacementReason } from './types.ts';
import { emptyWords } from './empty.ts';
import { clustersToKeep } from './kept.ts';
import { agentSelector, placementKey, selectClusters, selectLocal, type Selection } from './select.ts';

/** One placement of a deployment: where it stands, and the revision that it is about. */
interface Spot {
  readonly entry: Placement;
  readonly path: readonly (string | number)[];
  readonly revision: string;
}

/** An assignment with the placement that asks for it. */
interface Wish {
  readonly assignment: Assignment;
  readonly path: Spot['path'];
}

/** What one revision of a deployment asks for: wishes, before two of them can collide. */
interface PlacedRevision extends Omit<Placed, 'assignments'> {
  readonly wishes: readonly Wish[];
}

/** Places every revision of one deployment, as work; a placement that lacks something does not stop the others. Pure. */
export function* placingDeployment(
  input: PlaceInput,
  deployment: Sourced<ApplicationDeployment>,
  records: ReadonlyMap<string, RevisionRecord>,
): Work<Placed> {
  const revisions: PlacedRevision[] = [];
  for (const [index, { revisionName }] of deployment.doc.spec.appRevisions.entries()) {
    const isRecorded = records.has(`${namespaceOf(deployment.doc)}/${revisionName}`);
    const unknown = isRecorded ? null : unknownRevision(input, deployment, index);
    revisions.push(yield* placingRevision(input, deployment, { index, unknown }));
  }
  const { kept, repeated } = splitRepeated(revisions.flatMap(({ wishes }) => wishes));
  const conflicts = repeated.map((wish) => conflictHold(deployment, wish));
  const holds = [...revisions.flatMap((revision) => revision.holds), ...conflicts];
  const held = new Set(holds.map(({ cluster }) => cluster));
  return {
    assignments: kept.map(({ assignment }) => assignment).filter(({ cluster }) => !held.has(cluster)),
    picks: new Map(revisions.flatMap(({ picks }) => [...picks])),
    reasons: revisions.flatMap(({ reasons }) => reasons),
    problems: revisions.flatMap(({ problems }) => problems),
    holds,
  };
}

/** Where an ApplicationDeployment goes that was in force before, by the clusters of now; what it says of now is not asked. */
export function placedAsDeployment(input: PlaceInput, document: Sourced<ApplicationDeployment>): readonly Assignment[] {
  const records = new Map<string, RevisionRecord>(
    [...input.history.revisions.values()]
      .flat()
      .map((record) => [`${namespaceOf(record.application)}/${record.name}`, record]),
  );
  const { assignments } = atOnce(placingDeployment(input, document, records));
  return assignments.map((assignment) => ({ ...assignment, document }));
}

/** What a cluster costs that a placement may take, in units of a slice. */
const targetUnits = 0.3;

function* placingRevision(
  input: PlaceInput,
  deployment: Sourced<ApplicationDeployment>,
  { index, unknown }: { readonly index: number; readonly unknown: Problem | null },
): Work<PlacedRevision> {
  const app = docKey(deployment.doc);
  const { revisionName: revision, placement } = deployment.doc.spec.appRevisions[index] ?? { placement: [] };
  const spots = placement.map((entry, entryIndex): Spot => ({
    entry,
    path: ['spec', 'appRevisions', index, 'placement', entryIndex],
    revision: revision ?? '',
  }));
  const chosen = yield* mapping(spots, 1 + targetUnits * input.targets.length, (spot) => ({
    spot,
    ...choose(input, deployment, spot),
  }));
  const clusters = chosen.flatMap(({ spot, targets, notes }) => targets.map((target) => ({ spot, target, notes })));
  // A typing error in a name must not replace what runs: there it stays until the name is right. Elsewhere the rest proceeds.
  const holds = clusters.flatMap(({ target: { name: cluster } }) =>
    unknown !== null && runsOn(input, app, cluster) ? [holdOf('placement', unknown, { app, cluster })] : [],
  );
  return {
    wishes: unknown === null ? clusters.map(({ spot, target, notes }) => wishOf(app, spot, { target, notes })) : [],
    picks: new Map(chosen.flatMap(({ pick }) => (pick === null ? [] : [pick]))),
    reasons: chosen.flatMap(({ reasons }) => reasons),
    problems: [...(unknown === null ? [] : [unknown]), ...chosen.flatMap(({ problems }) => problems)],
    holds,
  };
}

function runsOn({ previous }: PlaceInput, unit: string, cluster: string): boolean {
  return unitsOnClusters(previous).has(`${unit} ${cluster}`);
}

const unitsOnClusters = oncePerValue(
  (previous: PlaceInput['previous']) => new Set(previous.map(({ unit, cluster }) => `${unit} ${cluster}`)),
);

/** The clusters that a placement takes, and what there is to say of it. */
interface Choice {
  readonly targets: readonly Site[];
  readonly notes: readonly string[];
  readonly pick: readonly [key: string, clusters: readonly string[]] | null;
  readonly reasons: readonly PlacementReason[];
  readonly problems: readonly Problem[];
}

function choose(input: PlaceInput, deployment: Sourced<ApplicationDeployment>, spot: Spot): Choice {
  const unit = docKey(deployment.doc);
  const { revision } = spot;
  const { clusterSelector } = spot.entry;
  const key = placementKey(unit, clusterSelector);
  const selection = selectionOf(input, deployment.doc, spot);
  const { clusters, kept, candidates } = selection;
  const found = problemOf(input, selection, clusterSelector);
  const taken = new Set(clusters);
  const placeOf = () =>
    deployment.locate([...spot.path, ...(clusterSelector === undefined ? [] : ['clusterSelector'])]);
  const isProvisional = input.provisional === true && clusters.length < candidates;
  return {
    targets: input.targets.filter(({ name }) => taken.has(name)),
    notes: [
      ...(kept ? [`${revision} stays although no cluster matches its selector any more`] : []),
      ...(isProvisional ? [`${revision}: the pick is provisional, the hub's recorded pick wins`] : []),
    ],
    pick: clusters.length === 0 || clusterSelector?.pick === 'all' ? null : [key, clusters],
    reasons: selection.reasons.map((reason) => ({ unit, revision, ...reason })),
    problems:
      found === null ? [] : [{ ...found, message: `${revision}: ${found.message}`, place: placeOf(), app: unit }],
  };
}

function selectionOf(input: PlaceInput, deployment: ApplicationDeployment, spot: Spot): Selection {
  const unit = docKey(deployment);
  const { clusterSelector: selector } = spot.entry;
  const key = placementKey(unit, selector);
  const recorded = input.picks.get(key) ?? [];
  if (selector === undefined) return selectLocal(input, key, recorded);
  if (selector.pick !== 'all') return selectClusters(unit, selector, input.targets, recorded);
  const taken = selectClusters(unit, selector, input.targets, []);
  return taken.candidates > 0
    ? taken
    : selectClusters(unit, selector, input.targets, clustersToKeep(input, deployment, spot));
}

function problemOf(
  input: PlaceInput,
  { clusters, kept }: Selection,
  selector: ClusterSelector | undefined,
): Pick<Problem, 'code' | 'message' | 'hint' | 'severity'> | null {
  const severity = kept ? 'warning' : 'error';
  const stays = kept ? `; it stays on ${clusters.join(', ')}` : '';
  if (selector === undefined && input.localCluster === null) {
    return {
      code: 'LOCAL_CLUSTER_UNSET',
      severity,
      message: `a placement without clusterSelector means the local cluster, and none is configured${stays}`,
      hint: 'set localCluster in the configuration of the hub, or add a clusterSelector',
    };
  }
  if (selector === undefined && clusters.length === 0) {
    const name = input.localCluster ?? '';
    const hint = `run: sluice-hub cluster join ${name}`;
    return { code: 'PLACEMENT_EMPTY', severity, message: `the local cluster ${name} has not joined`, hint };
  }
  if (clusters.length > 0 && !kept) return null;
  const { message, hint } = emptyWords(selector ?? {}, input.targets);
  return { code: 'PLACEMENT_EMPTY', severity, message: `${message}${stays}`, hint };
}

function wishOf(
  unit: string,
  spot: Spot,
  { target, notes }: { readonly target: Site; readonly notes: readonly string[] },
): Wish {
  const { entry, path, revision } = spot;
  const replicas = entry.distribution?.replicas;
  const selector = agentSelector(entry.clusterSelector, target);
  const more = replicas === undefined ? {} : { replicas };
  return { assignment: { unit, revision, cluster: target.name, selector, notes, ...more }, path };
}

/** The first wish of each revision on each cluster, and those that repeat it. */
function splitRepeated(wishes: readonly Wish[]): {
  readonly kept: readonly Wish[];
  readonly repeated: readonly Wish[];
} {
  const groups = [...Map.groupBy(wishes, ({ assignment }) => `${assignment.revision} ${assignment.cluster}`).values()];
  return { kept: groups.flatMap((group) => group.slice(0, 1)), repeated: groups.flatMap((group) => group.slice(1)) };
}

function conflictHold(deployment: Sourced<ApplicationDeployment>, { assignment, path }: Wish): FoundHold {
  const { unit: app, revision, cluster } = assignment;
  const problem: Problem = {
    code: 'PLACEMENT_CONFLICT',
    severity: 'error',
    message: `${revision} is placed on ${cluster} twice`,
    place: deployment.locate(path),
    hint: 'leave one placement a cluster, with the number of replicas that you want in all',
    app,
    cluster,
  };
  return holdOf('placement', problem, { app, cluster });
}

function unknownRevision({ history }: PlaceInput, deployment: Sourced<ApplicationDeployment>, index: number): Problem {
  const name = deployment.doc.spec.appRevisions[index]?.revisionName ?? '';
  const app = `${namespaceOf(deployment.doc)}/${name.replace(/-v\d+$/, '')}`;
  const known = history.revisions.get(app)?.map((record) => record.name) ?? [];
  return {
    code: 'REVISION_NOT_FOUND',
    severity: 'error',
    message:
      known.length === 0 ? `there is no revision ${name}: no Application ${app}` : `there is no revision ${name}`,
    place: deployment.locate(['spec', 'appRevisions', index, 'revisionName']),
    hint:
      known.length === 0
        ? 'a revision is named APPLICATION-vN, in the namespace of this document'
        : `known: ${known.join(', ')} (a plain folder has the newest alone; a Git repository has them all)`,
    app: docKey(deployment.doc),
  };
}
