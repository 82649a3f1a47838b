import { oncePerValue } from '../../shared/lib/memo.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import { atOnce, type Work } from '../../shared/lib/slices.ts';
import type { ProviderName } from '../../shared/model/traffic.ts';
import { docKey, namespaceOf, type Application, type ApplicationDeployment } from '../model/documents.ts';
import type { Fleet, RevisionHistory, RevisionRecord, Target } from '../model/fleet.ts';
import { listsOf, type AssignmentLists } from '../model/assignments.ts';
import type { Assignment } from '../model/rendered.ts';
import type { Sourced } from '../model/source.ts';
import { splitKey } from '../../shared/wire/bundle.ts';
import { areIdentical } from './round-memo.ts';
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
  readonly assignments: readonly Assignment[] | AssignmentLists;
  readonly targets: readonly Target[];
  readonly currentProviders?: ReadonlyMap<string, ProviderName>;
  /** What a cluster told of the objects of a unit (default: nothing). */
  readonly liveOf?: LiveOf;
}

/** The units of all assignments, one for each cluster, sorted by key and cluster. */
export function unitsOf(input: UnitsInput): readonly Unit[] {
  return atOnce(findingUnits(input));
}

/** What a unit on a cluster costs here, in units of a slice, and looking whether it is as it was. */
const [unitUnits, keptUnits] = [0.5, 0.05];

/** The same, as work in steps. */
export function* findingUnits(input: UnitsInput): Work<readonly Unit[]> {
  const located = yield* locatingUnits(input, new Map());
  return located.flatMap(({ units }) => [...units.values()].map(({ unit }) => unit));
}

/** A unit on a cluster, and what it was made from. */
export interface UnitThere {
  readonly group: readonly Assignment[];
  readonly offered: Target;
  readonly unit: Unit;
  /** It takes values that clusters tell, and these may be others with each pass. */
  readonly takesLive: boolean;
}

/** A unit on all of its clusters, in their order: the very same value for as long as what it was made from is. */
export interface Located {
  readonly key: string;
  readonly from: readonly unknown[];
  readonly units: ReadonlyMap<string, UnitThere>;
  readonly takesLive: boolean;
}

/** The units of all assignments, each with all of its clusters; what is in `before` stays as it is where nothing of it changed. */
export function* locatingUnits(input: UnitsInput, before: ReadonlyMap<string, Located>): Work<readonly Located[]> {
  const { fleet, history, targets, currentProviders = noProviders } = input;
  const lookup = lookupOf(input);
  const groups = sorted(new Map([...listsOf(input.assignments).values()].flatMap((list) => groupsIn(list))));
  const located: Located[] = [];
  for (const [key, byCluster] of groups) {
    const known = before.get(key);
    const from = [byCluster, targets, currentProviders, fleet, history];
    if (known?.takesLive === false && areIdentical(known.from, from)) {
      located.push(known);
      continue;
    }
    // Nothing is kept of units of other documents, or of other revisions.
    const kept = known?.from[3] === fleet && known.from[4] === history ? known.units : noUnits;
    const units = yield* unitsThere({ key, byCluster, kept }, lookup, input);
    if (units.size === 0) continue;
    located.push({ key, from, units, takesLive: [...units.values()].some((one) => one.takesLive) });
  }
  return located;
}

interface There {
  readonly key: string;
  readonly byCluster: ByCluster;
  readonly kept: Located['units'];
}

function* unitsThere(
  { key, byCluster, kept }: There,
  lookup: Lookup,
  { currentProviders = noProviders, liveOf }: UnitsInput,
): Work<Located['units']> {
  const units = new Map<string, UnitThere>();
  for (const [cluster, group] of byCluster) {
    const offered = lookup.targets.get(cluster);
    if (offered === undefined) continue;
    const currentProvider = currentProviders.size === 0 ? null : (currentProviders.get(`${key} ${cluster}`) ?? null);
    const before = kept.get(cluster);
    const there = isAsBefore(before, { group, offered, currentProvider })
      ? before
      : madeThere({ group, offered, currentProvider, live: liveOf }, lookup);
    yield there === before ? keptUnits : unitUnits;
    if (there !== null) units.set(cluster, there);
  }
  return units;
}

const noProviders: ReadonlyMap<string, ProviderName> = new Map();
const noUnits: ReadonlyMap<string, UnitThere> = new Map();

interface MadeFrom extends Pick<UnitThere, 'group' | 'offered'> {
  readonly currentProvider: ProviderName | null;
}

function isAsBefore(before: UnitThere | undefined, { group, offered, currentProvider }: MadeFrom): before is UnitThere {
  if (before === undefined || before.takesLive || before.offered !== offered) return false;
  return before.unit.target.currentProvider === currentProvider && areIdentical(before.group, group);
}

function madeThere(
  { group, offered, currentProvider, live }: MadeFrom & { readonly live: LiveOf | undefined },
  lookup: Lookup,
): UnitThere | null {
  const unit = unitOf(group, { ...offered, currentProvider }, lookup);
  if (unit === null) return null;
  const takes = unit.parts.some(({ record }) => takesLive(record));
  const told = takes ? live?.(unit.key, offered.name) : undefined;
  return { group, offered, unit: told === undefined ? unit : { ...unit, live: told }, takesLive: takes };
}

type ByCluster = ReadonlyMap<string, readonly Assignment[]>;

/** The assignments of an application by unit and cluster. */
const groupsIn = oncePerValue((list: readonly Assignment[]): readonly (readonly [unit: string, ByCluster])[] =>
  [...Map.groupBy(list, ({ unit }) => unit)].map(([unit, all]) => [
    unit,
    new Map(sorted(Map.groupBy(all, ({ cluster }) => cluster))),
  ]),
);

function sorted<T>(groups: ReadonlyMap<string, T>): [key: string, group: T][] {
  return [...groups].sort(([a], [b]) => byCodeUnit(a, b));
}

interface Lookup {
  readonly deployments: ReadonlyMap<string, Sourced<ApplicationDeployment>>;
  readonly applications: ReadonlyMap<string, Sourced<Application>>;
  readonly records: ReadonlyMap<string, RevisionRecord>;
  readonly newest: ReadonlyMap<string, string>;
  readonly targets: ReadonlyMap<string, Target>;
}

function lookupOf({ fleet, history, targets }: UnitsInput): Lookup {
  const records = [...history.revisions.values()].flat();
  return {
    deployments: new Map(fleet.deployments.map((sourced) => [docKey(sourced.doc), sourced])),
    applications: new Map(fleet.applications.map((sourced) => [docKey(sourced.doc), sourced])),
    records: new Map(records.map((record) => [`${namespaceOf(record.application)}/${record.name}`, record])),
    newest: history.newest,
    targets: targetsByName(targets),
  };
}

const targetsByName = oncePerValue(
  (targets: readonly Target[]): ReadonlyMap<string, Target> => new Map(targets.map((one) => [one.name, one])),
);

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
