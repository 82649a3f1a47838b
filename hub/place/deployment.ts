import { docKey, namespaceOf, type ApplicationDeployment, type Placement } from '../model/documents.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import type { RevisionRecord, Target } from '../model/fleet.ts';
import type { Assignment } from '../model/rendered.ts';
import type { Problem, Sourced } from '../model/source.ts';
import type { Placed, PlaceInput, PlacementReason } from './types.ts';
import { agentSelector, placementKey, selectClusters, type Selection } from './select.ts';

interface Draft {
  readonly assignments: Assignment[];
  readonly picks: Map<string, readonly string[]>;
  readonly reasons: PlacementReason[];
  readonly problems: Problem[];
  readonly holds: FoundHold[];
}

/** Places every revision of one deployment; what one placement lacks does not stop the others. */
export function placeDeployment(
  input: PlaceInput,
  deployment: Sourced<ApplicationDeployment>,
  records: ReadonlyMap<string, RevisionRecord>,
): Placed {
  const unit = docKey(deployment.doc);
  const draft: Draft = { assignments: [], picks: new Map(), reasons: [], problems: [], holds: [] };
  deployment.doc.spec.appRevisions.forEach(({ revisionName, placement }, index) => {
    const isRecorded = records.has(`${namespaceOf(deployment.doc)}/${revisionName}`);
    const unknown = isRecorded ? null : unknownRevision(input, deployment, index);
    if (unknown !== null) draft.problems.push(unknown);
    placement.forEach((entry, entryIndex) => {
      const path = ['spec', 'appRevisions', index, 'placement', entryIndex];
      const clusters = choose(input, deployment, { entry, path, revision: revisionName }, draft);
      // A typing error in a name must not replace what runs: there it stays until the name is right. Elsewhere the rest proceeds.
      if (unknown !== null) {
        const running = clusters.map(({ target }) => target.name).filter((name) => runsOn(input, unit, name));
        draft.holds.push(...running.map((cluster) => holdOf('placement', unknown, { app: unit, cluster })));
      } else assign(deployment, { entry, path, revision: revisionName }, clusters, draft);
    });
  });
  const held = new Set(draft.holds.map(({ cluster }) => cluster));
  return { ...draft, assignments: draft.assignments.filter(({ cluster }) => !held.has(cluster)) };
}

function runsOn({ previous }: PlaceInput, unit: string, cluster: string): boolean {
  return previous.some((fact) => fact.unit === unit && fact.cluster === cluster);
}

interface Spot {
  readonly entry: Placement;
  readonly path: readonly (string | number)[];
  readonly revision: string;
}

interface Chosen {
  readonly target: Target;
  readonly notes: readonly string[];
}

function choose(
  input: PlaceInput,
  deployment: Sourced<ApplicationDeployment>,
  spot: Spot,
  draft: Draft,
): readonly Chosen[] {
  const unit = docKey(deployment.doc);
  const { clusterSelector } = spot.entry;
  const key = placementKey(unit, clusterSelector);
  const recorded = input.picks.get(key) ?? [];
  const selection =
    clusterSelector === undefined
      ? selectLocal(input, key, recorded)
      : selectClusters(unit, clusterSelector, input.targets, recorded);
  const { revision } = spot;
  draft.reasons.push(...selection.reasons.map((reason) => ({ unit, revision, ...reason })));
  const message = problemOf(input, selection, clusterSelector === undefined);
  if (message !== null) {
    const place = deployment.locate([...spot.path, ...(clusterSelector === undefined ? [] : ['clusterSelector'])]);
    draft.problems.push({ ...message, message: `${revision}: ${message.message}`, place, app: unit });
  }
  if (selection.clusters.length > 0) draft.picks.set(key, selection.clusters);
  const isProvisional = input.provisional === true && selection.clusters.length < selection.candidates;
  const notes = [
    ...(selection.kept ? [`${revision} stays although no cluster matches its selector any more`] : []),
    ...(isProvisional ? [`${revision}: the pick is provisional, the hub's recorded pick wins`] : []),
  ];
  return input.targets.filter(({ name }) => selection.clusters.includes(name)).map((target) => ({ target, notes }));
}

// No selector = the cluster that the hub's configuration calls local.
function selectLocal(input: PlaceInput, key: string, recorded: readonly string[]): Selection {
  const { localCluster: local, targets } = input;
  const isKnown = (name: string): boolean => targets.some((target) => target.name === name);
  const kept = local === null && recorded.some(isKnown);
  const clusters = local === null ? recorded.filter(isKnown) : [local].filter(isKnown);
  const reasons = targets
    .filter(({ name }) => !clusters.includes(name))
    .map(({ name }) => ({ cluster: name, reason: 'it is not the local cluster' }));
  return { key, clusters, kept, candidates: clusters.length, reasons };
}

function problemOf(
  input: PlaceInput,
  { clusters, kept }: Selection,
  isLocal: boolean,
): Pick<Problem, 'code' | 'message' | 'hint' | 'severity'> | null {
  const severity = kept ? 'warning' : 'error';
  const stays = kept ? `; it stays on ${clusters.join(', ')}` : '';
  if (isLocal && input.localCluster === null) {
    return {
      code: 'LOCAL_CLUSTER_UNSET',
      severity,
      message: `a placement without clusterSelector means the local cluster, and none is configured${stays}`,
      hint: 'set localCluster in the configuration of the hub, or add a clusterSelector',
    };
  }
  if (isLocal && clusters.length === 0) {
    const name = input.localCluster ?? '';
    const hint = `run: sluice-hub cluster join ${name}`;
    return { code: 'PLACEMENT_EMPTY', severity, message: `the local cluster ${name} has not joined`, hint };
  }
  if (clusters.length > 0 && !kept) return null;
  return {
    code: 'PLACEMENT_EMPTY',
    severity,
    message: `no cluster has these labels and this name${stays}`,
    hint: 'see: sluice-hub cluster list',
  };
}

function assign(
  deployment: Sourced<ApplicationDeployment>,
  { entry, path, revision }: Spot,
  clusters: readonly Chosen[],
  draft: Draft,
): void {
  const unit = docKey(deployment.doc);
  const replicas = entry.distribution?.replicas;
  for (const { target, notes } of clusters) {
    const cluster = target.name;
    if (draft.assignments.some((other) => other.revision === revision && other.cluster === cluster)) {
      const problem: Problem = {
        code: 'PLACEMENT_CONFLICT',
        severity: 'error',
        message: `${revision} is placed on ${cluster} twice`,
        place: deployment.locate(path),
        hint: 'leave one placement a cluster, with the number of replicas that you want in all',
        app: unit,
        cluster,
      };
      draft.holds.push(holdOf('placement', problem, { app: unit, cluster }));
      continue;
    }
    const selector = agentSelector(entry.clusterSelector, target);
    draft.assignments.push({ unit, revision, cluster, selector, notes, ...(replicas !== undefined && { replicas }) });
  }
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
