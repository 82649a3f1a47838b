import { oncePerValue } from '../../shared/lib/memo.ts';
import type { ClusterScope } from '../model/cluster-scope.ts';
import { docKey, type Application } from '../model/documents.ts';
import type { RevisionRecord } from '../model/fleet.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import type { Assignment } from '../model/rendered.ts';
import { similar } from '../model/similar.ts';
import type { Problem, Sourced } from '../model/source.ts';
import { splitKey } from '../../shared/wire/bundle.ts';
import { compile, saysDelivery } from '../workflow/compile.ts';
import type { Program } from '../workflow/program.ts';
import { wantedUnits, type WantConflict, type WantedUnit } from '../workflow/wanted.ts';
import { emptyWords } from './empty.ts';
import { agentSelector } from './select.ts';
import type { Placed, PlaceInput } from './types.ts';

// A document never changes while its file stays as it is.
const programs = new WeakMap<Application, Program>();

/** The program of an application, compiled once. */
export function programOf(doc: Application): Program {
  const known = programs.get(doc) ?? compile(doc);
  programs.set(doc, known);
  return known;
}

type Facts = Pick<Problem, 'code' | 'message' | 'hint' | 'severity'>;

/**
 * Places an application whose document says where it goes: its revision on every cluster of its scopes, as the steps want it there.
 * A scope that names a cluster that is not there, or has none, is a problem: then what runs elsewhere stays, because it may be
 * meant. Pure.
 */
export function placeProgram(input: PlaceInput, sourced: Sourced<Application>, revision: string): Placed {
  const { doc } = sourced;
  const app = docKey(doc);
  const { targets, localCluster } = input;
  const clusters = targets.map(({ name, labels }) => ({ name, labels, isLocal: name === localCluster }));
  const wanted = wantedUnits(programOf(doc), doc, clusters);
  const problemAt = (path: readonly (string | number)[], facts: Facts): Problem => ({
    ...facts,
    app,
    place: sourced.locate(path.length === 0 ? ['metadata', 'name'] : path),
  });
  const placed = { picks: new Map(), reasons: [], problems: [] };
  const [conflict] = wanted.conflicts;
  if (conflict !== undefined) {
    const problem = problemAt(conflict.steps[1].path, conflictWords(conflict));
    return { ...placed, assignments: [], holds: [holdOf('placement', problem, { app, cluster: null })] };
  }
  const problems = [
    ...scopesOf(programOf(doc)).flatMap((scope) => unknownNames(input, scope)),
    ...emptyScopes(input, wanted.empty),
  ].map(({ path, facts }) => problemAt(path, facts));
  const assignments = wanted.units.map((unit) => assignmentOf(input, unit, { app, revision }));
  const [first] = problems;
  const lost = first === undefined ? [] : leavingUnits(input, app, assignments);
  return {
    ...placed,
    assignments,
    problems,
    holds: lost.map((unit): FoundHold => ({ ...unit, by: 'placement', reason: first?.message ?? '' })),
  };
}

/** Where a recorded revision of an application goes by the document that it pins. */
export function placedAs(input: PlaceInput, app: string, revision: string): readonly Assignment[] {
  const record = input.history.revisions.get(app)?.find(({ name }) => name === revision);
  if (record === undefined || !saysDelivery(record.application)) return [];
  const known = recordedPlaces(input.targets);
  const before = known.get(record);
  if (before?.localCluster === input.localCluster) return before.assignments;
  const place = { path: '', line: 1, column: 1 };
  const sourced = { doc: record.application, commit: record.commit, place, locate: () => place };
  const { assignments } = placeProgram(input, sourced, revision);
  known.set(record, { localCluster: input.localCluster, assignments });
  return assignments;
}

interface RecordedPlace extends Pick<PlaceInput, 'localCluster'> {
  readonly assignments: readonly Assignment[];
}

// A record never changes, and neither do the clusters of a list.
const recordedPlaces = oncePerValue<PlaceInput['targets'], WeakMap<RevisionRecord, RecordedPlace>>(() => new WeakMap());

const targetsByName = oncePerValue(
  (targets: PlaceInput['targets']) => new Map(targets.map((target) => [target.name, target])),
);

function assignmentOf(
  { targets }: PlaceInput,
  { cluster, target, policies, components, labels }: WantedUnit,
  { app, revision }: { readonly app: string; readonly revision: string },
): Assignment {
  const found = targetsByName(targets).get(cluster);
  return {
    unit: target === null ? app : `${app}@${target}`,
    revision,
    cluster,
    ...(target !== null && { target }),
    ...(policies.length > 0 && { policies }),
    ...(components !== null && { components }),
    selector: found === undefined ? {} : agentSelector({ labels, pick: 'all' }, found),
    notes: [],
  };
}

/** The units of an application that run and are not placed any more; another namespace of the same cluster is another unit. */
function leavingUnits(
  { previous }: PlaceInput,
  app: string,
  assignments: readonly Assignment[],
): readonly Pick<FoundHold, 'app' | 'cluster'>[] {
  const placed = new Set(assignments.map(({ unit, cluster }) => `${unit} ${cluster}`));
  return previous
    .filter(({ unit, cluster }) => splitKey(unit).app === app && !placed.has(`${unit} ${cluster}`))
    .map(({ unit, cluster }) => ({ app: unit, cluster }));
}

function scopesOf({ steps }: Pick<Program, 'steps'>): readonly ClusterScope[] {
  const all = steps.flatMap((step) => [...step.wants.map(({ scope }) => scope), ...scopesOf({ steps: step.steps })]);
  return [...new Map(all.map((scope) => [JSON.stringify([scope.path, scope.names]), scope])).values()];
}

interface Found {
  readonly path: readonly (string | number)[];
  readonly facts: Facts;
}

function unknownNames({ targets, localCluster }: PlaceInput, { names = [] }: ClusterScope): readonly Found[] {
  const known = targets.map(({ name }) => name);
  const isKnown = (name: string): boolean => known.includes(name) || (name === 'local' && localCluster !== null);
  return names.flatMap(({ name, path }) => {
    if (isKnown(name)) return [];
    const meant = similar(name, known);
    const hint =
      meant === undefined
        ? 'see: sluice-hub cluster list; a new one: sluice-hub cluster join'
        : `did you mean ${meant}?`;
    const message = `there is no cluster ${name}`;
    return [{ path, facts: { code: 'REFERENCE_NOT_FOUND', severity: 'error', message, hint } as const }];
  });
}

/** What is to be said of scopes without clusters; those that name clusters that are not there are told by name. */
function emptyScopes(input: PlaceInput, empty: readonly ClusterScope[]): readonly Found[] {
  return empty.flatMap((scope) => {
    if (scope.names !== undefined && unknownNames(input, scope).length > 0) return [];
    return [{ path: scope.path ?? [], facts: { ...emptyScope(input, scope), severity: 'error' } as const }];
  });
}

function emptyScope({ targets, localCluster }: PlaceInput, { labels, names }: ClusterScope): Omit<Facts, 'severity'> {
  if (labels !== undefined && Object.keys(labels).length === 0 && names === undefined) {
    const hint = 'name labels, or set allowEmpty: true';
    return { code: 'PLACEMENT_EMPTY', message: 'an empty selector has no clusters', hint };
  }
  if (labels !== undefined) return { code: 'PLACEMENT_EMPTY', ...emptyWords({ labels }, targets) };
  if (localCluster === null) {
    const hint = 'set localCluster in the configuration of the hub, or add a policy of type topology';
    const message = 'it belongs on the local cluster, and none is configured';
    return { code: 'LOCAL_CLUSTER_UNSET', message, hint };
  }
  const message = `it belongs on the local cluster ${localCluster}, which has not joined`;
  return { code: 'PLACEMENT_EMPTY', message, hint: `run: sluice-hub cluster join ${localCluster}` };
}

function conflictWords({ cluster, steps: [first, second] }: WantConflict): Facts {
  return {
    code: 'DELIVERY_CONFLICT',
    severity: 'error',
    message: `the steps ${first.name} and ${second.name} deliver different content to ${cluster}`,
    hint: 'give them the same overrides, or clusters or namespaces of their own',
  };
}
