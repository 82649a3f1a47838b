import type { ObjectId } from '../../shared/model/object.ts';
import { fileBytes } from '../../shared/model/limits.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { BundleApp, RetiredObject, Revision } from '../../shared/wire/revision.ts';
import type { ClusterTakenBack, TakenBack } from '../model/delivery.ts';
import type { GuardedChange } from '../model/guarded-change.ts';
import { waitingOn } from '../model/waiting-change.ts';
import type { ClusterInput } from './input.ts';

/**
 * The deletions of one unit; of the cluster's past under an empty name; of what a delivery brought before it was taken back under the
 * name of that delivery (`default/web#2`), which no unit has.
 */
export interface UnitRetire {
  readonly unit: string;
  /** Ids that no unit wants any more, sorted. */
  readonly ids: readonly ObjectId[];
  /** Those of them that count against the limit of a mass delete. */
  readonly counted: readonly ObjectId[];
  /** The unit is still wanted, and has not one object left. */
  readonly isEmptied: boolean;
  /** The unit is wanted no more, as a whole. */
  readonly isLeaving: boolean;
}

/** What deletions of one cluster are found from. */
export interface RetiresInput extends Pick<ClusterInput, 'state' | 'record' | 'again' | 'report' | 'takenBack'> {
  readonly previous: Revision | null;
  readonly wanted: readonly BundleApp[];
  /** Units that go back all the same where their deletions wait. */
  readonly apart: ReadonlySet<string>;
}

/**
 * What is deleted: what the last bundle has beyond the next one, what waits since a delivery was taken back, and what of the past is
 * there still. Pure.
 */
export function retiresOf(input: RetiresInput): readonly UnitRetire[] {
  const { state, record, again, report, takenBack, previous, wanted, apart: units } = input;
  const behind = findBehind(previous, waitingOn(state.guarded, record.name), { wanted, report });
  const waits = new Set(behind.flatMap(({ ids }) => ids));
  const found = findRetired(
    previous,
    wanted,
    again.filter((id) => !waits.has(id)),
    takenBack,
  );
  return setApart([...found, ...behind], units, takenBack);
}

/**
 * The ids of the last bundle that no unit wants any more, by the unit that had them; `again` are ids of the past that the
 * agent still keeps. Pure.
 */
export function findRetired(
  previous: Pick<Revision, 'apps'> | null,
  wanted: readonly BundleApp[],
  again: readonly ObjectId[],
  takenBack: ClusterTakenBack = new Map(),
): UnitRetire[] {
  const ids = new Set(wanted.flatMap(heldIds));
  for (const id of findReleased(previous, wanted)) ids.add(id);
  const units = new Map(wanted.map((app) => [appKey(app), app]));
  const retires = (previous?.apps ?? []).map((app): UnitRetire => {
    const unit = appKey(app);
    const next = units.get(unit);
    const gone = [...new Set(heldIds(app))].filter((id) => !ids.has(id));
    const replaced = next === undefined ? [] : [...goneRevisions(app, next), ...broughtBy(app, takenBack.get(unit))];
    const exempt = new Set(replaced);
    return {
      unit,
      ids: gone.sort(),
      counted: gone.filter((id) => !exempt.has(id)),
      isEmptied: next?.objects.length === 0 && gone.length > 0,
      isLeaving: next === undefined,
    };
  });
  return [
    ...retires,
    apart(
      '',
      again.filter((id) => !ids.has(id)),
    ),
  ].filter((each) => each.ids.length > 0);
}

/** The same with the deletions of some units apart, under the names of the deliveries that these go back behind. Pure. */
function setApart(
  retires: readonly UnitRetire[],
  units: ReadonlySet<string>,
  takenBack: ClusterTakenBack = new Map(),
): readonly UnitRetire[] {
  const nameOf = ({ unit }: UnitRetire): string => (units.has(unit) ? (takenBack.get(unit)?.delivery ?? unit) : unit);
  return [...Map.groupBy(retires, nameOf)].map(([name, [first, ...more]]) => {
    const isAlone = more.length === 0 && first?.unit === name;
    return isAlone ? first : apart(name, new Set([first, ...more].flatMap((one) => one?.ids ?? [])));
  });
}

/**
 * What deliveries that were taken back brought and a guard held: it is in no bundle any more, and waits until that is approved, it is
 * wanted again, or its agent says after that generation that it has no such object. Pure.
 */
function findBehind(
  previous: (Retiring & Pick<Revision, 'apps'>) | null,
  waiting: readonly GuardedChange[],
  { wanted, report }: { readonly wanted: readonly BundleApp[]; readonly report: AgentReport | null },
): readonly UnitRetire[] {
  const behind = waiting.filter((change) => change.behind !== undefined);
  if (previous === null || behind.length === 0) return [];
  const explained = [...wanted, ...previous.apps].flatMap(heldIds);
  const known = new Set([...explained, ...previous.retired.map(({ id }) => id)]);
  const kept = new Set(report?.retired.unexplained);
  const found = behind.map(({ behind: name = '', ids, generation }) => {
    const isGone = (id: ObjectId): boolean => isSettledSince(generation, previous, report) && !kept.has(id);
    return apart(name, new Set(ids.filter((id) => !known.has(id) && !isGone(id))));
  });
  return found.filter(({ ids }) => ids.length > 0);
}

/** The application of a delivery that deletions are named after; null = they are those of a unit, or of the past. */
export function appBehind({ unit }: Pick<UnitRetire, 'unit'>): string | null {
  return /^(.*)#\d+$/.exec(unit)?.[1] ?? null;
}

/** The delivery that an id was brought by and goes back with, of what waited for that. */
export function deliveriesBehind(retires: readonly UnitRetire[]): ReadonlyMap<ObjectId, string> {
  const behind = retires.filter((one) => appBehind(one) !== null);
  return new Map(behind.flatMap(({ unit, ids }) => ids.map((id) => [id, unit] as const)));
}

function apart(unit: string, ids: Iterable<ObjectId>): UnitRetire {
  const sorted = [...ids].sort();
  return { unit, ids: sorted, counted: sorted, isEmptied: false, isLeaving: false };
}

/** The ids of all that a bundle has of an application: of what serves until its content does, and of what it keeps, too. */
export function heldIds({ objects, kept = [], from }: Pick<BundleApp, 'objects' | 'kept' | 'from'>): ObjectId[] {
  return [...objects, ...kept, ...(from?.objects ?? []), ...(from?.kept ?? [])].map(({ id }) => id);
}

/**
 * The ids of the last bundle that no unit wants any more and that are not deleted all the same: what is kept in any case, and what was
 * only read. Agents let go of them. Sorted.
 */
export function findReleased(previous: Pick<Revision, 'apps'> | null, wanted: readonly BundleApp[]): ObjectId[] {
  const released = (previous?.apps ?? []).flatMap((app) => [
    ...staying(app),
    ...(app.from === undefined ? [] : staying(app.from)),
  ]);
  if (released.length === 0) return [];
  const held = new Set(wanted.flatMap(heldIds));
  return [...new Set(released)].filter((id) => !held.has(id)).sort();
}

/** The delivery that an id of the last bundle goes back with, by id: agents let go of what that took over. */
export function takenBackWith(
  previous: Pick<Revision, 'apps'> | null,
  takenBack: ClusterTakenBack = new Map(),
): ReadonlyMap<ObjectId, string> {
  if (takenBack.size === 0) return new Map();
  return new Map(
    (previous?.apps ?? []).flatMap((app) => {
      const back = takenBack.get(appKey(app));
      return back === undefined ? [] : heldIds(app).map((id) => [id, back.delivery] as const);
    }),
  );
}

function staying({ objects, kept = [] }: Pick<BundleApp, 'objects' | 'kept'>): ObjectId[] {
  const read = objects.filter(({ policies }) => policies?.some(({ type }) => type === 'read-only') === true);
  return [...kept.filter(({ until }) => until === 'never'), ...read].map(({ id }) => id);
}

/**
 * As many retired entries, in their order, as revision.json has room for beside so many applications, where it has a limit. The
 * agent keeps the others and says so (`Unexplained`): a later generation retires them.
 */
export function portion(
  retired: readonly RetiredObject[],
  { apps }: { readonly apps: readonly unknown[] },
  { hasDocuments }: { readonly hasDocuments: boolean },
): RetiredObject[] {
  if (!hasDocuments) return [...retired];
  // An approval names its ids once more.
  const sizeOf = ({ id, approval }: RetiredObject): number => (approval === undefined ? 1 : 2) * id.length + 240;
  let room = fileBytes - reserved.head - apps.length * reserved.app;
  return retired.filter((one) => (room -= sizeOf(one)) > 0);
}

/** Bytes of revision.json that are kept for other things than retired objects: an application with its notes seldom has more. */
const reserved = { head: 64 * 1024, app: 700 };

/**
 * The retired entries of the last bundle that stay in the next one: not wanted again, and not settled by a report of that
 * generation or a later one that lists them neither as survivor nor as unexplained. Without reports none is dropped.
 */
export function stillRetired(
  previous: Retiring | null,
  wanted: ReadonlySet<ObjectId>,
  report: AgentReport | null,
): RetiredObject[] {
  if (previous === null) return [];
  const open = new Set(report === null ? [] : [...report.retired.survivors, ...report.retired.unexplained]);
  const isSettled = ({ id, since }: RetiredObject) => isSettledSince(since, previous, report) && !open.has(id);
  return previous.retired.filter((entry) => !wanted.has(entry.id) && !isSettled(entry));
}

type Retiring = Pick<Revision, 'registration' | 'epoch' | 'retired'>;

function isSettledSince(since: number, previous: Retiring, report: AgentReport | null): boolean {
  if (!report?.settled || report.registration !== previous.registration) return false;
  return report.accepted?.epoch === previous.epoch && report.accepted.generation >= since;
}

/**
 * What a delivery that is taken back brought: its agent knows by that number what it made for it, and counts all else (`decidePrune`).
 * What served beside it, and what is kept, was there before.
 */
function broughtBy({ objects, kept = [], from, delivery }: BundleApp, back: TakenBack | undefined): ObjectId[] {
  if (delivery === undefined || back?.brought !== delivery.number) return [];
  const older = new Set([...kept, ...(from?.objects ?? []), ...(from?.kept ?? [])].map(({ id }) => id));
  return objects.flatMap(({ id }) => (older.has(id) ? [] : [id]));
}

// Objects of revisions that are listed no more while another revision of the application stays.
function goneRevisions(previous: BundleApp, next: BundleApp): ObjectId[] {
  if (next.revisions.length === 0) return [];
  const names = new Set([...next.revisions, ...(next.from?.revisions ?? [])].map(({ name }) => name));
  const before = [...previous.revisions, ...(previous.from?.revisions ?? [])];
  return before.filter(({ name }) => !names.has(name)).flatMap(({ objects }) => objects);
}
