import type { ObjectId } from '../../shared/model/object.ts';
import { observationLimits, untoldCode } from '../../shared/model/limits.ts';
import { isEqual } from '../../shared/lib/equal.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { ObjectProblem, ReportApp, ReportedObservation } from '../../shared/wire/report.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { Live } from '../model/live.ts';
import { indexOf } from '../model/app-index.ts';
import { mayTellOf } from '../model/reads.ts';

/** What was told of an object, and when (monotonic). */
export interface ToldObservation {
  readonly at: number;
  readonly seen: ReportedObservation;
}

/** The observations that were told last, by `application object`: each is told the fields that it wants itself. */
export type ToldObservations = ReadonlyMap<string, ToldObservation>;

/** What an observation is made from, beside the application. */
export interface Observing {
  readonly live: Pick<Live, 'object'>;
  readonly entry: (id: ObjectId) => InventoryEntry | undefined;
  /** The id that the hub gave to an object. */
  readonly named: (id: ObjectId) => ObjectId;
}

/**
 * The fields that the hub wants to know of an application, of those objects of which they are known; absent where it wants none. What
 * other applications want of the same objects is not among them, and does not count.
 */
export function observationsOf(app: BundleApp, { live, entry, named }: Observing): Pick<ReportApp, 'observations'> {
  if (app.observe === undefined) return {};
  const observations = app.observe.flatMap(({ id, fields }): ReportedObservation[] => {
    const [object, known] = [live.object(id), entry(id)];
    if (object?.observed === undefined) return [];
    if (!isMeant(app, id, { uid: object.uid, known })) return [];
    const { uid, generation, observed } = object;
    const values = Object.fromEntries(Object.entries(observed).filter(([field]) => fields.includes(field)));
    const digest = known?.applied ?? null;
    return [{ id: named(id), uid, generation, values, ...(digest !== null && { digest }) }];
  });
  return observations.length === 0 ? {} : { observations };
}

/** True for the object that was applied; of what is only read, for whichever has the name, because others applied it. */
function isMeant(
  app: BundleApp,
  id: ObjectId,
  { uid, known }: { readonly uid: string; readonly known: InventoryEntry | undefined },
): boolean {
  const isOwn = indexOf(app).digests.has(id);
  if (!isOwn && !mayTellOf(app, id)) return false;
  return (!isOwn && known === undefined) || known?.uid === uid;
}

/** What may be told now of an object to an application, by the key that it is remembered by. */
interface Due extends ToldObservation {
  readonly key: string;
  readonly bytes: number;
}

/**
 * The applications with their observations as they may be told now: of each of their objects at most one change a second and 16 KiB,
 * of all together no more than a report has room for, the smallest first, so that one that reads much silences none of the others.
 * What is too large by itself is told as a problem of its object (LIMIT_EXCEEDED), so that no step waits for it; what waits for room, as another one
 * (UNAVAILABLE). Answers what is told from now on. Pure.
 */
export function paced(
  apps: readonly ReportApp[],
  told: ToldObservations,
  now: number,
): { readonly apps: readonly ReportApp[]; readonly told: ToldObservations } {
  if (apps.every(({ observations }) => observations === undefined)) return { apps, told: new Map() };
  const due = apps.map((app) => (app.observations ?? []).map((seen) => dueOf(app, seen, { told, now })));
  const fitting = thatFit(due.flat());
  const all = apps.map((app, index) => {
    const { observations = [] } = app;
    const own = due[index] ?? [];
    const said = own.filter((one) => fitting.has(one)).map(({ seen }) => seen);
    const isAsItIs = said.length === observations.length && said.every((one, at) => one === observations[at]);
    if (isAsItIs) return app;
    const untold = own.filter((one) => !fitting.has(one)).map(problemOf);
    return { ...app, observations: said, problems: [...app.problems, ...untold] };
  });
  return { apps: all, told: new Map([...fitting].map((one) => [one.key, one])) };
}

function dueOf(
  app: ReportApp,
  seen: ReportedObservation,
  { told, now }: { readonly told: ToldObservations; readonly now: number },
): Due {
  const key = `${appKey(app)} ${seen.id}`;
  const last = told.get(key);
  const isSame = last !== undefined && isEqual(last.seen, seen);
  const isSoon = last !== undefined && isOfSame(last.seen, seen) && now - last.at < observationLimits.everyMs;
  const one = last !== undefined && (isSame || isSoon) ? last : { at: now, seen };
  return { at: one.at, seen: one.seen, key, bytes: sizeOf(one.seen) };
}

function thatFit(due: readonly Due[]): ReadonlySet<Due> {
  let left: number = observationLimits.reportBytes;
  const small = due.filter(({ bytes }) => bytes <= observationLimits.objectBytes);
  return new Set(small.toSorted((a, b) => a.bytes - b.bytes).filter(({ bytes }) => (left -= bytes) >= 0));
}

// Without the number of bytes, which would be another text with each change.
function problemOf({ seen: { id }, bytes }: Due): ObjectProblem {
  const kib = (limit: number): string => `${limit / 1024} KiB`;
  const { objectBytes, reportBytes } = observationLimits;
  if (bytes > objectBytes) {
    const message = `what is asked of it has more than ${kib(objectBytes)}, and is not told`;
    return { id, code: untoldCode, message, health: 'Current' };
  }
  // What reads it has no fault in that: once others read less, it is told.
  return noRoomFor(
    id,
    `what is asked of all objects here has more than ${kib(reportBytes)}, and of this one is not told now`,
  );
}

/** The problem of an object whose fields are asked for and not told now (UNAVAILABLE), for the reason given. */
export function noRoomFor(id: ObjectId, message: string): ObjectProblem {
  return { id, code: 'UNAVAILABLE', message, health: 'Current' };
}

/** Another content, or another object of the name, is told at once: what was told of the former says nothing of it. */
function isOfSame(a: ReportedObservation, b: ReportedObservation): boolean {
  return a.uid === b.uid && a.digest === b.digest;
}

/** When a change that was too soon may be told (monotonic); null where nothing was told of late. */
export function nextTelling(told: ToldObservations, now: number): number | null {
  const times = [...told.values()].map(({ at }) => at + observationLimits.everyMs).filter((at) => at > now);
  return times.length === 0 ? null : Math.min(...times);
}

function sizeOf(observation: ReportedObservation): number {
  return Buffer.byteLength(JSON.stringify(observation));
}
