import { factsOf, mayHaveReplicas } from '../../shared/model/kinds.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { indexOf } from '../model/app-index.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { LiveReplicas } from '../model/live.ts';
import type { AppObservation } from '../model/plan.ts';
import { ownLive } from './own.ts';

/** The capacity of workloads whose replicas neither document nor placement gives. */
export interface FreeCapacity {
  /** Replicas to apply them with; one that another manager scales is not among them. */
  readonly replicas: ReadonlyMap<ObjectId, number>;
  /** Those that must not be written yet: what they, or what they replace, run is not listed. */
  readonly held: ReadonlySet<ObjectId>;
}

const known = new WeakMap<AppObservation, FreeCapacity>();

/**
 * Decides the replicas that are written down nowhere. A new workload begins with as many as its predecessor has; from then on
 * the number belongs to the autoscaler or the person that changes it. While it is still ours it is sent along unchanged (an
 * apply without it would reset it to 1), and raised for as long as a predecessor that leaves has more.
 */
export function freeCapacity(observed: AppObservation, app: BundleApp): FreeCapacity {
  const before = known.get(observed);
  if (before !== undefined) return before;
  const { digests, unwritten } = indexOf(app);
  const copies = familiesOf(observed);
  const replicas = new Map<ObjectId, number>();
  const held = new Set<ObjectId>();
  const decide = (id: ObjectId, revision: string | null, isWanted: boolean): void => {
    const family = (copies.get(familyOf(id, revision)) ?? []).filter((one) => one.id !== id);
    if (!isListed(observed, id, family)) {
      if (factsOf(id).isScalable) held.add(id);
      return;
    }
    const live = ownLive(observed, id);
    if (live !== undefined && live.replicas === null) return;
    const seeds = seedsOf(observed, digests, { id, family });
    const count = live?.replicas == null ? seeds.ofAll : countOf(live.replicas, isWanted ? seeds : noSeeds);
    if (count !== null) replicas.set(id, count);
  };
  for (const id of unwritten) decide(id, revisionOf(app, id), true);
  for (const [id, { app: served }] of observed.served) {
    if (!digests.has(id) && indexOf(served).unwritten.has(id)) decide(id, revisionOf(served, id), false);
  }
  const capacity = { replicas, held };
  known.set(observed, capacity);
  return capacity;
}

/** Replicas that a workload of the bundle should have, written down or not; 0 for one that another manager scales. */
export function wantedReplicas(observed: AppObservation, app: BundleApp, id: ObjectId): number {
  return indexOf(app).replicas.get(id) ?? freeCapacity(observed, app).replicas.get(id) ?? 0;
}

/**
 * Autoscalers of a change that must wait until traffic has moved: before that, one would take a new workload without load for one
 * that needs few pods, or stop scaling the one that serves.
 */
export function heldAutoscalers(observed: AppObservation, app: BundleApp): readonly ObjectId[] {
  const { digests } = indexOf(app);
  const isReplacing = [...observed.entries.keys()].some(
    (id) => !digests.has(id) && (ownLive(observed, id)?.replicas?.ready ?? 0) > 0,
  );
  if (!isReplacing) return [];
  return app.objects
    .filter(({ id, digest }) => factsOf(id).role === 'autoscaler' && observed.entries.get(id)?.applied !== digest)
    .map(({ id }) => id);
}

/** True when another workload of the same component has a ready pod. */
export function hasReadyFamily(observed: AppObservation, id: ObjectId): boolean {
  const revision = observed.entries.get(id)?.revision ?? null;
  const family = familiesOf(observed).get(familyOf(id, revision)) ?? [];
  return family.some((one) => one.id !== id && (ownLive(observed, one.id)?.replicas?.ready ?? 0) > 0);
}

interface Seeds {
  /** Replicas to begin with: as many as any other copy of this component has, or as those serve with that leave. */
  readonly ofAll: number | null;
  /** The same of those that leave. */
  readonly ofLeaving: number | null;
}

const noSeeds: Seeds = { ofAll: null, ofLeaving: null };

function countOf({ spec, setBy }: LiveReplicas, seeds: Seeds): number | null {
  if (setBy === 'other') return null;
  // It was being removed, and is wanted again: it begins anew.
  if (setBy === 'drain' && spec === 0) return seeds.ofAll ?? 1;
  const raised = Math.max(spec, seeds.ofLeaving ?? 0);
  return setBy === 'none' && raised === spec ? null : raised;
}

function seedsOf(
  observed: AppObservation,
  wanted: ReadonlyMap<ObjectId, unknown>,
  { id, family }: { readonly id: ObjectId; readonly family: readonly InventoryEntry[] },
): Seeds {
  const { kind } = parseObjectId(id);
  const all = family.flatMap((entry) => {
    const replicas = ownLive(observed, entry.id)?.replicas ?? null;
    // One that was stopped to be deleted says nothing of the load.
    if (replicas === null || replicas.setBy === 'drain') return [];
    return [{ id: entry.id, replicas }];
  });
  const ofKind = all.filter((one) => parseObjectId(one.id).kind === kind);
  const copies = ofKind.length > 0 || !factsOf(id).isScalable ? ofKind : all;
  const leaving = copies.filter((one) => !wanted.has(one.id));
  const serving = leaving.reduce((sum, { replicas: { spec, ready } }) => sum + Math.min(spec, ready), 0);
  const highest = (list: typeof copies) => Math.max(serving, ...list.map(({ replicas }) => replicas.spec));
  return {
    ofAll: copies.length === 0 ? null : highest(copies),
    ofLeaving: leaving.length === 0 ? null : highest(leaving),
  };
}

/** True when it is known what the workload itself and the other copies of its component run. */
function isListed({ entries, live }: AppObservation, id: ObjectId, family: readonly InventoryEntry[]): boolean {
  const isApplied = (one: InventoryEntry | undefined) => one !== undefined && one.uid !== null;
  return (
    (live.isSynced(id) || !isApplied(entries.get(id))) &&
    family.every((one) => live.isSynced(one.id) || !isApplied(one))
  );
}

type Families = ReadonlyMap<string, readonly InventoryEntry[]>;

const families = new WeakMap<AppObservation, Families>();

/** Inventoried workloads by what they are named after, the revision left out: the copies of one component lie together. */
function familiesOf(observed: AppObservation): Families {
  const before = families.get(observed);
  if (before !== undefined) return before;
  const scalable = [...observed.entries.values()].filter(({ id }) => mayScale(observed, id));
  const found = Map.groupBy(scalable, ({ id, revision }) => familyOf(id, revision));
  families.set(observed, found);
  return found;
}

function mayScale(observed: AppObservation, id: ObjectId): boolean {
  if (!mayHaveReplicas(id)) return false;
  return factsOf(id).scope !== null || (ownLive(observed, id)?.replicas ?? null) !== null;
}

/** `default/web` for `web-v1` of the revision `front-v1`, and for `web` of none. */
function familyOf(id: ObjectId, revision: string | null): string {
  const { namespace, name } = parseObjectId(id);
  const suffix = revision === null ? null : revision.slice(revision.lastIndexOf('-') + 1);
  const parts = name.split('-');
  const at = suffix === null ? -1 : parts.lastIndexOf(suffix);
  return `${namespace}/${(at < 0 ? parts : parts.toSpliced(at, 1)).join('-')}`;
}

function revisionOf(app: BundleApp, id: ObjectId): string | null {
  return indexOf(app).revisions.get(id) ?? null;
}
