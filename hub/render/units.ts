import { oncePerValue } from '../../shared/lib/memo.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import { atOnce, type Work } from '../../shared/lib/slices.ts';
import type { ProviderName } from '../../shared/model/traffic.ts';
import { differingKeys, noteDiffering } from '../model/differing.ts';
import type { Application, ApplicationDeployment } from '../model/documents.ts';
import type { Fleet, RevisionHistory, RevisionRecord, Target } from '../model/fleet.ts';
import { listsOf, type AssignmentLists } from '../model/assignments.ts';
import type { Assignment } from '../model/rendered.ts';
import { splitKey } from '../../shared/wire/bundle.ts';
import { areIdentical } from './round-memo.ts';
import { takesLive, type LiveOf, type LiveValues } from './outputs.ts';
import { saidOf, saysTheSame, type AtPlace, type Said } from './said.ts';
import type { UnitTarget } from './unit.ts';
import { variantOf, type Variant } from './variant.ts';

/** One revision of a unit on a cluster. */
export interface Part {
  readonly assignment: Assignment;
  /** As the assignment wants it. */
  readonly record: RevisionRecord;
  readonly variant: Variant;
  /** The Application document, when its newest revision is this one: errors can name a place in it. */
  readonly document: AtPlace<Application> | null;
}

/** What is delivered together on one cluster: an ApplicationDeployment, or a plain Application. */
export interface Unit {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** The namespace that it goes to, where that is not its own. */
  readonly into: string | undefined;
  /** The commit that it comes from; null = that of the documents in force. */
  readonly source: string | null;
  readonly target: UnitTarget;
  readonly deployment: AtPlace<ApplicationDeployment> | null;
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
  readonly said: Said;
  readonly units: ReadonlyMap<string, UnitThere>;
  readonly takesLive: boolean;
}

/** Where a unit is to be, and what is known of the clusters. */
interface Where extends Required<Pick<UnitsInput, 'targets' | 'currentProviders'>> {
  readonly byCluster: ByCluster;
}

// With what a unit was looked at last: of most clusters that is what it was made from.
const lookedAt = new WeakMap<Located, Where>();

/** The units of all assignments, each with all of its clusters; what is in `before` stays as it is where nothing of it changed. */
export function* locatingUnits(input: UnitsInput, before: ReadonlyMap<string, Located>): Work<readonly Located[]> {
  const { targets, currentProviders = noProviders } = input;
  const groups = sorted(new Map([...listsOf(input.assignments).values()].flatMap((list) => groupsIn(list))));
  const all: Located[] = [];
  for (const [key, byCluster] of groups) {
    const where = { byCluster, targets, currentProviders };
    const said = saidOf(key, byCluster, input);
    const former = before.get(key);
    const located = yield* locatedNow({ key, said, where, live: input.liveOf }, former);
    if (located.units.size === 0) continue;
    lookedAt.set(located, where);
    all.push(located);
  }
  return all;
}

interface There {
  readonly key: string;
  readonly said: Said;
  readonly where: Where;
  readonly live: LiveOf | undefined;
}

function* locatedNow(there: There, former: Located | undefined): Work<Located> {
  const { key, said, where } = there;
  const known = former !== undefined && saysTheSame(former.said, said) ? former : null;
  const touched = known === null ? null : touchedClusters(known, where);
  if (known !== null && touched?.length === 0) return known;
  const units = yield* unitsNow(there, known?.units ?? noUnits, touched);
  return { key, said, units, takesLive: [...units.values()].some((one) => one.takesLive) };
}

/** The units of the clusters that are touched (null = of all), and those of before. */
function* unitsNow(there: There, kept: Located['units'], touched: readonly string[] | null): Work<Located['units']> {
  const units = new Map(touched === null ? [] : kept);
  for (const cluster of touched ?? there.where.byCluster.keys()) {
    const before = kept.get(cluster);
    const unit = unitThere(there, cluster, before);
    yield unit === before ? keptUnits : unitUnits;
    if (unit === null) units.delete(cluster);
    else units.set(cluster, unit);
  }
  if (touched !== null) noteDiffering(kept, units, touched);
  return units;
}

/** The clusters of which other things are known than when a unit was looked at last; null = that may be any. */
function touchedClusters(known: Located, { byCluster, targets, currentProviders }: Where): readonly string[] | null {
  const last = lookedAt.get(known);
  if (known.takesLive || last?.byCluster !== byCluster || last.currentProviders !== currentProviders) return null;
  const other = differingKeys(targetsByName(last.targets), targetsByName(targets));
  const touched = [...other].filter((cluster) => byCluster.has(cluster));
  // One that was not there has its place between the others.
  return touched.every((cluster) => known.units.has(cluster)) ? touched : null;
}

function unitThere({ key, said, where, live }: There, cluster: string, before?: UnitThere): UnitThere | null {
  const { byCluster, targets, currentProviders } = where;
  const [group, offered] = [byCluster.get(cluster) ?? [], targetsByName(targets).get(cluster)];
  if (offered === undefined) return null;
  const currentProvider = currentProviders.size === 0 ? null : (currentProviders.get(`${key} ${cluster}`) ?? null);
  const from = { group, offered, currentProvider };
  return isAsBefore(before, from) ? before : madeThere({ ...from, live }, said);
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
  said: Said,
): UnitThere | null {
  const target = currentProvider === null ? withoutProvider(offered) : { ...offered, currentProvider };
  const unit = unitOf(group, target, said);
  if (unit === null) return null;
  const takes = unit.parts.some(({ record }) => takesLive(record));
  const told = takes ? live?.(unit.key, offered.name) : undefined;
  return { group, offered, unit: told === undefined ? unit : { ...unit, live: told }, takesLive: takes };
}

/** A cluster as all units see it whose traffic no provider carries yet. */
const withoutProvider = oncePerValue((offered: Target): UnitTarget => ({ ...offered, currentProvider: null }));

type ByCluster = ReadonlyMap<string, readonly Assignment[]>;

/** The assignments of an application by unit and cluster. A list that was filled has room for sixteen more: its copy has none. */
const groupsIn = oncePerValue((list: readonly Assignment[]): readonly (readonly [unit: string, ByCluster])[] =>
  [...Map.groupBy(list, ({ unit }) => unit)].map(([unit, all]) => [
    unit,
    new Map(sorted(Map.groupBy(all, ({ cluster }) => cluster)).map(([cluster, group]) => [cluster, group.slice()])),
  ]),
);

function sorted<T>(groups: ReadonlyMap<string, T>): [key: string, group: T][] {
  return [...groups].sort(([a], [b]) => byCodeUnit(a, b));
}

const targetsByName = oncePerValue(
  (targets: readonly Target[]): ReadonlyMap<string, Target> => new Map(targets.map((one) => [one.name, one])),
);

function unitOf(group: readonly Assignment[], target: UnitTarget, said: Said): Unit | null {
  const [first] = group;
  const key = first?.unit ?? '';
  const { app, target: into } = splitKey(key);
  const [namespace = '', name = ''] = app.split('/');
  const parts = group.flatMap((assignment) => {
    const recorded = said.revisions.get(assignment.revision);
    if (recorded === undefined || recorded === null) return [];
    const variant = variantOf(recorded.record, assignment);
    return [{ assignment, record: variant.record, variant, document: recorded.document }];
  });
  if (parts.length === 0) return null;
  // The document that says so: the one of now, or an earlier one that is put back.
  const back = first?.document;
  const { deployment, source } = back === undefined ? said : { deployment: back, source: back.commit };
  return { key, namespace, name, into, source, target, deployment, parts: parts.slice() };
}
