import { oncePerValue } from '../../shared/lib/memo.ts';
import { by } from '../../shared/lib/order.ts';
import { splitKey } from '../../shared/wire/bundle.ts';
import { atOnce, type Work } from '../../shared/lib/slices.ts';
import {
  docKey,
  isRevisionOnly,
  namespaceOf,
  type Application,
  type ApplicationDeployment,
} from '../model/documents.ts';
import { internalProblem } from '../model/internal-problem.ts';
import type { Fleet, RevisionHistory, RevisionRecord } from '../model/fleet.ts';
import { holdOf } from '../model/hold.ts';
import type { Problem, Sourced } from '../model/source.ts';
import { saysDelivery } from '../workflow/compile.ts';
import { placingDeployment } from './deployment.ts';
import { emptyWaves } from './empty-waves.ts';
import { allAssignments, keptPlacement } from './kept-placement.ts';
import { placeProgram } from './program.ts';
import type { Placed, PlaceInput } from './types.ts';
import { unusedRevisions } from './unused.ts';

/** Decides which revision runs on which cluster. Pure: the same input gives the same answer, in the same order. */
export function place(input: PlaceInput): Placed {
  return atOnce(placing(input));
}

/** The same, as work in steps. */
export function* placing(input: PlaceInput): Work<Placed> {
  const records = recordsByName(input.history);
  const deployments = [...input.fleet.deployments].sort(by(({ doc }) => docKey(doc)));
  const all: Placed[] = [];
  for (const deployment of deployments) {
    const from = placedFrom(input, deployment.doc, records);
    const run = keptPlacement(deployment.doc, from, () => placingDeployment(input, deployment, records));
    all.push(yield* catchingInternal(deployment, run));
  }
  // Those that a broken deployment names wait for it: it says where they go.
  const named = new Set([...namedApplications(deployments), ...(input.fleet.recordOnly ?? [])]);
  const plain = [...input.fleet.applications]
    .filter(({ doc }) => !isRevisionOnly(doc) && !named.has(docKey(doc)))
    .sort(by(({ doc }) => docKey(doc)));
  const known = plainFacts(input);
  for (const sourced of plain) all.push(yield* catchingInternal(sourced, placingPlain(input, sourced, known)));
  return {
    ...allAssignments(input.targets, all),
    picks: new Map([...input.picks, ...all.flatMap(({ picks }) => [...picks])].sort(by(([key]) => key))),
    problems: [...all.flatMap(({ problems }) => problems), ...unusedRevisions(input), ...emptyWaves(input)],
    holds: all.flatMap(({ holds }) => holds),
  };
}

/** What the placements of a deployment are made from, as long as nothing is wrong with them. */
function placedFrom(
  { targets, picks, localCluster, provisional }: PlaceInput,
  { spec, ...doc }: ApplicationDeployment,
  records: ReadonlyMap<string, RevisionRecord>,
): readonly unknown[] {
  const namespace = namespaceOf(doc);
  const recorded = spec.appRevisions.map(({ revisionName }) => records.has(`${namespace}/${revisionName}`));
  return [targets, picks, localCluster, provisional, ...recorded];
}

/** The applications (`namespace/name`) whose revisions a deployment names: they only record revisions. */
export function namedApplications(deployments: readonly Sourced<ApplicationDeployment>[]): ReadonlySet<string> {
  const names = deployments.flatMap(({ doc }) =>
    doc.spec.appRevisions.map(({ revisionName }) => `${namespaceOf(doc)}/${revisionName.replace(/-v\d+$/, '')}`),
  );
  return new Set(names);
}

function recordsByName(history: RevisionHistory): ReadonlyMap<string, RevisionRecord> {
  const records = [...history.revisions.values()].flat();
  return new Map(records.map((record) => [`${namespaceOf(record.application)}/${record.name}`, record]));
}

const nothing: Placed = { assignments: [], picks: new Map(), reasons: [], problems: [], holds: [] };

// An internal error in one document must not stop the others: its unit stays as it was published.
function* catchingInternal(
  { doc, place: where }: Sourced<Application | ApplicationDeployment>,
  run: Work<Placed>,
): Work<Placed> {
  try {
    return yield* run;
  } catch (error) {
    const app = docKey(doc);
    const problem: Problem = { ...internalProblem(error, `${app} cannot be placed`), app, place: where };
    return { ...nothing, holds: [holdOf('placement', problem, { app, cluster: null })] };
  }
}

/** What placing asks of every plain application, looked up once. */
interface PlainFacts {
  readonly runs: (app: string) => boolean;
  readonly hasLocal: boolean;
  /** The deployment of a namespace that may mean any application there. */
  readonly unclear: (namespace: string) => UnclearDeployment | null;
}

function plainFacts(input: PlaceInput): PlainFacts {
  const { fleet, targets, localCluster } = input;
  const unclear = new Map<string, UnclearDeployment | null>();
  return {
    runs: (app) => appsOf(input.previous).has(app),
    hasLocal: targets.some(({ name }) => name === localCluster),
    unclear: (namespace) => {
      const known = unclear.get(namespace);
      if (known !== undefined) return known;
      const found = unclearDeployment(fleet, namespace);
      unclear.set(namespace, found);
      return found;
    },
  };
}

const appsOf = oncePerValue(
  (previous: PlaceInput['previous']) => new Set(previous.map(({ unit }) => splitKey(unit).app)),
);

/** What placing a plain application costs, and a cluster that one with a program may take, in units of a slice. */
const [plainUnits, programUnits] = [1, 0.3];

function* placingPlain(input: PlaceInput, sourced: Sourced<Application>, known: PlainFacts): Work<Placed> {
  yield plainUnits;
  const { doc } = sourced;
  const revision = input.history.newest.get(docKey(doc));
  const placed = placePlain(input, sourced, known);
  if (placed !== null || revision === undefined) return placed ?? nothing;
  return yield* keptPlacement(doc, [input.targets, input.localCluster, revision], function* () {
    yield programUnits * input.targets.length;
    return placeProgram(input, sourced, revision);
  });
}

/** Null for an application whose document says where it goes, and that nothing holds. */
function placePlain(input: PlaceInput, sourced: Sourced<Application>, known: PlainFacts): Placed | null {
  const { doc, place: where } = sourced;
  const [unit, namespace] = [docKey(doc), namespaceOf(doc)];
  const revision = input.history.newest.get(unit);
  if (revision === undefined) return nothing;
  const held = (facts: Pick<Problem, 'code' | 'message' | 'hint' | 'severity'>): Placed => ({
    ...nothing,
    holds: [holdOf('placement', { ...facts, app: unit, place: where }, { app: unit, cluster: null })],
  });
  const unclear = known.unclear(namespace);
  if (unclear !== null && !known.runs(unit)) {
    return held({
      code: 'DOCUMENT_INVALID',
      severity: 'warning',
      message: `${unit} waits: ApplicationDeployment ${unclear.name} ${unclear.is} and may mean its revisions`,
      hint: unclear.hint,
    });
  }
  if (saysDelivery(doc)) return null;
  const { localCluster } = input;
  if (localCluster === null) {
    return held({
      code: 'LOCAL_CLUSTER_UNSET',
      severity: 'error',
      message: `${unit} belongs on the local cluster, and none is configured`,
      hint: 'set localCluster in the configuration of the hub, or place it with an ApplicationDeployment',
    });
  }
  if (!known.hasLocal) {
    return held({
      code: 'PLACEMENT_EMPTY',
      severity: 'error',
      message: `${unit} belongs on the local cluster ${localCluster}, which has not joined`,
      hint: `run: sluice-hub cluster join ${localCluster}`,
    });
  }
  return { ...nothing, assignments: [{ unit, revision, cluster: localCluster, selector: {}, notes: [] }] };
}

interface UnclearDeployment {
  readonly name: string;
  readonly is: string;
  readonly hint: string;
}

// A deployment that was never seen whole, or that lists nothing, may mean any application of its namespace: that one would
// appear on the local cluster, beside the copies that the deployment still has.
function unclearDeployment(fleet: Fleet, namespace: string): UnclearDeployment | null {
  const broken = brokenDeployment(fleet, namespace);
  if (broken !== null) return { name: broken, is: 'is broken', hint: 'mend that document first' };
  const empty = fleet.deployments.map(({ doc }) => doc).filter((doc) => doc.spec.appRevisions.length === 0);
  const [name] = empty
    .filter((doc) => namespaceOf(doc) === namespace)
    .map(docKey)
    .sort();
  const hint = 'list its revisions there, or remove that document';
  return name === undefined ? null : { name, is: 'lists no revision', hint };
}

function brokenDeployment(fleet: Fleet, namespace: string): string | null {
  const prefix = `ApplicationDeployment ${namespace}/`;
  const seen = new Set(fleet.deployments.map(({ doc }) => docKey(doc)));
  const broken = [...fleet.frozen].filter((id) => id.startsWith(prefix)).map((id) => id.slice(id.indexOf(' ') + 1));
  return broken.sort().find((key) => !seen.has(key)) ?? null;
}
