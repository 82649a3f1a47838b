import { byCodeUnit } from '../../shared/lib/order.ts';
import { atOnce, type Work } from '../../shared/lib/slices.ts';
import type { ProviderName } from '../../shared/model/traffic.ts';
import { docKey, namespaceOf, type Application, type ApplicationDeployment } from '../model/documents.ts';
import type { Fleet, RevisionHistory, RevisionRecord, Target } from '../model/fleet.ts';
import type { Assignment } from '../model/rendered.ts';
import type { Sourced } from '../model/source.ts';
import { splitKey } from '../../shared/wire/bundle.ts';
import { takesLive, type LiveOf, type LiveValues } from './outputs.ts';
import type { UnitTarget } from './unit.ts';
import { variantOf, type Variant } from './variant.ts';

/** One revision of a unit on a cluster. */
export interface Part {
  readonly assignment: Assignment;
  /** As the assignment wants it. */
  readonly record: RevisionRecord;
  readonly variant: Variant;
  /** The Application document, when its newest revision is this one: errors can name a place in it. */
  readonly document: Sourced<Application> | null;
}

/** What is delivered together on one cluster: an ApplicationDeployment, or a plain Application. */
export interface Unit {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** The namespace that it goes to, where that is not its own. */
  readonly into: string | undefined;
  readonly source: string;
  readonly target: UnitTarget;
  readonly deployment: Sourced<ApplicationDeployment> | null;
  readonly parts: readonly Part[];
  /** What its cluster told of its objects; absent = nothing. */
  readonly live?: LiveValues;
}

/** The facts that units are made from. */
export interface UnitsInput {
  readonly fleet: Fleet;
  readonly history: RevisionHistory;
  readonly assignments: readonly Assignment[];
  readonly targets: readonly Target[];
  readonly currentProviders?: ReadonlyMap<string, ProviderName>;
  /** What a cluster told of the objects of a unit (default: nothing). */
  readonly liveOf?: LiveOf;
}

/** The units of all assignments, one for each cluster, sorted by key and cluster. */
export function unitsOf(input: UnitsInput): readonly Unit[] {
  return atOnce(findingUnits(input));
}

/** What a unit on a cluster costs here, in units of a slice. */
const unitUnits = 0.5;

/** The same, as work in steps. */
export function* findingUnits(input: UnitsInput): Work<readonly Unit[]> {
  const lookup: Lookup = {
    deployments: new Map(input.fleet.deployments.map((sourced) => [docKey(sourced.doc), sourced])),
    applications: new Map(input.fleet.applications.map((sourced) => [docKey(sourced.doc), sourced])),
    records: new Map(
      [...input.history.revisions.values()]
        .flat()
        .map((record) => [`${namespaceOf(record.application)}/${record.name}`, record]),
    ),
    newest: input.history.newest,
  };
  const targets = new Map(input.targets.map((target) => [target.name, target]));
  const units: Unit[] = [];
  for (const [key, all] of sorted(Map.groupBy(input.assignments, ({ unit }) => unit))) {
    for (const [cluster, group] of sorted(Map.groupBy(all, (assignment) => assignment.cluster))) {
      yield unitUnits;
      const target = targets.get(cluster);
      if (target === undefined) continue;
      const currentProvider = input.currentProviders?.get(`${key} ${cluster}`) ?? null;
      const unit = unitOf(group, { ...target, currentProvider }, lookup);
      const live = unit?.parts.some(({ record }) => takesLive(record)) ? input.liveOf?.(key, cluster) : undefined;
      if (unit !== null) units.push(live === undefined ? unit : { ...unit, live });
    }
  }
  return units;
}

function sorted<T>(groups: ReadonlyMap<string, T>): [key: string, group: T][] {
  return [...groups].sort(([a], [b]) => byCodeUnit(a, b));
}

interface Lookup {
  readonly deployments: ReadonlyMap<string, Sourced<ApplicationDeployment>>;
  readonly applications: ReadonlyMap<string, Sourced<Application>>;
  readonly records: ReadonlyMap<string, RevisionRecord>;
  readonly newest: ReadonlyMap<string, string>;
}

function unitOf(group: readonly Assignment[], target: UnitTarget, lookup: Lookup): Unit | null {
  const key = group[0]?.unit ?? '';
  const { app, target: into } = splitKey(key);
  const [namespace = '', name = ''] = app.split('/');
  const parts = group.flatMap((assignment) => {
    const record = lookup.records.get(`${namespace}/${assignment.revision}`);
    if (record === undefined) return [];
    const isNow = lookup.newest.get(record.app) === record.name;
    const variant = variantOf(record, assignment);
    const document = (isNow && lookup.applications.get(record.app)) || null;
    return [{ assignment, record: variant.record, variant, document }];
  });
  if (parts.length === 0) return null;
  const deployment = deploymentOf(group, lookup);
  const source = deployment?.commit ?? lookup.applications.get(app)?.commit ?? '';
  return { key, namespace, name, into, source, target, deployment, parts };
}

/** The document that says so: the one of now, or an earlier one that is put back. */
function deploymentOf(group: readonly Assignment[], { deployments }: Lookup): Sourced<ApplicationDeployment> | null {
  const [first] = group;
  return first?.document ?? deployments.get(first?.unit ?? '') ?? null;
}
