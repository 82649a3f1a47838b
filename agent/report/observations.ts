import type { ObjectId } from '../../shared/model/object.ts';
import { observationLimits } from '../../shared/model/limits.ts';
import { isEqual } from '../../shared/lib/equal.ts';
import type { ReportApp, ReportedObservation } from '../../shared/wire/report.ts';
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

/** The observations that were told last, by object. */
export type ToldObservations = ReadonlyMap<ObjectId, ToldObservation>;

/** What an observation is made from, beside the application. */
export interface Observing {
  readonly live: Pick<Live, 'object'>;
  readonly entry: (id: ObjectId) => InventoryEntry | undefined;
  /** The id that the hub gave to an object. */
  readonly named: (id: ObjectId) => ObjectId;
}

/** The fields that the hub wants to know, of those objects of which they are known; absent where it wants none. */
export function observationsOf(app: BundleApp, { live, entry, named }: Observing): Pick<ReportApp, 'observations'> {
  if (app.observe === undefined) return {};
  const observations = app.observe.flatMap(({ id }): ReportedObservation[] => {
    const [object, known] = [live.object(id), entry(id)];
    if (object?.observed === undefined) return [];
    if (!isMeant(app, id, { uid: object.uid, known })) return [];
    const { uid, generation, observed: values } = object;
    const digest = known?.applied ?? null;
    const one = { id: named(id), uid, generation, values, ...(digest !== null && { digest }) };
    return sizeOf(one) > observationLimits.objectBytes ? [] : [one];
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

/**
 * The applications with their observations as they may be told now: of each object at most one change a second, of all together no
 * more than a report has room for. Answers what is told from now on. Pure.
 */
export function paced(
  apps: readonly ReportApp[],
  told: ToldObservations,
  now: number,
): { readonly apps: readonly ReportApp[]; readonly told: ToldObservations } {
  if (apps.every(({ observations }) => observations === undefined)) return { apps, told: new Map() };
  const next = new Map<ObjectId, ToldObservation>();
  let left = observationLimits.reportBytes;
  const pace = (seen: ReportedObservation): readonly ReportedObservation[] => {
    const last = told.get(seen.id);
    const isSame = last !== undefined && isEqual(last.seen, seen);
    const isSoon = last !== undefined && isOfSame(last.seen, seen) && now - last.at < observationLimits.everyMs;
    const one = last !== undefined && (isSame || isSoon) ? last : { at: now, seen };
    left -= sizeOf(one.seen);
    if (left < 0) return [];
    next.set(seen.id, one);
    return [one.seen];
  };
  const all = apps.map((app) => {
    const { observations = [] } = app;
    const now = observations.flatMap(pace);
    const isAsItIs = now.length === observations.length && now.every((one, index) => one === observations[index]);
    return isAsItIs ? app : { ...app, observations: now };
  });
  return { apps: all, told: next };
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
