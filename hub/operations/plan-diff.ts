import { digestOfValue } from '../../shared/lib/canonical.ts';
import { by } from '../../shared/lib/order.ts';
import { isProtected } from '../../shared/model/kinds.ts';
import type { KubeObject, ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { GuardedChange } from '../model/guarded-change.ts';
import type { RenderedApp } from '../model/rendered.ts';
import { guard } from '../plan/guards.ts';
import type { UnitRetire } from '../plan/retire.ts';
import type { IsDisrupted } from './plan-disruptive.ts';
import { fieldChanges, refusedField, restartsPods, type FieldChange } from './plan-fields.ts';

/** What becomes of one object on a cluster. */
export interface ObjectChange {
  readonly app: string;
  readonly id: ObjectId;
  readonly how: 'create' | 'update' | 'delete';
  readonly fields: readonly FieldChange[];
  /** Pods are replaced for it. */
  readonly restarts: boolean;
  /** Why it cannot be undone, or not be done at all; null = it can. */
  readonly risk: string | null;
}

/** Clusters whose objects change alike. */
export interface ChangeGroup {
  readonly clusters: readonly string[];
  readonly changes: readonly ObjectChange[];
}

/** The objects of a cluster by id, each with the unit that has it. */
type Objects = ReadonlyMap<ObjectId, { readonly app: string; readonly object: KubeObject }>;

/** What changes on each cluster from some rendered applications to others: clusters with the same changes together, the many first. Pure. */
export function groupChanges(
  before: readonly RenderedApp[],
  after: readonly RenderedApp[],
  isDisrupted: IsDisrupted = () => false,
): ChangeGroup[] {
  const [old, now] = [byCluster(before), byCluster(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  const found = names.flatMap((cluster) => {
    const [from, to] = [objectsOf(old.get(cluster)), objectsOf(now.get(cluster))];
    const changes = changesBetween(from, to, isDisrupted);
    if (changes.length === 0) return [];
    const key = digestOfValue(
      changes.map(({ id, app, how }) => [id, app, how, from.get(id)?.object, to.get(id)?.object]),
    );
    return [{ cluster, changes, key }];
  });
  return [...Map.groupBy(found, ({ key }) => key).values()]
    .map((group) => ({ clusters: group.map(({ cluster }) => cluster), changes: group[0]?.changes ?? [] }))
    .sort((a, b) => b.clusters.length - a.clusters.length);
}

function byCluster(apps: readonly RenderedApp[]): Map<string, RenderedApp[]> {
  return Map.groupBy(apps, ({ cluster }) => cluster);
}

function objectsOf(apps: readonly RenderedApp[] = []): Objects {
  return new Map(
    apps.flatMap((app) => app.objects.map(({ id, object }) => [id, { app: appKey(app), object }] as const)),
  );
}

function changesBetween(before: Objects, after: Objects, isDisrupted: IsDisrupted): ObjectChange[] {
  const changed = [...after].flatMap(([id, { app, object }]): ObjectChange[] => {
    const known = before.get(id)?.object;
    if (known === undefined) return [{ ...plain, app, id, how: 'create' }];
    const fields = fieldChanges(known, object);
    if (fields.length === 0) return [];
    const refused = refusedField(id, known, fields);
    const risk = refused === null ? null : `the API server refuses to change ${refused} of what is there`;
    const restarts = restartsPods(id, fields) || isDisrupted(app.split('@', 1)[0] ?? app, object);
    return [{ app, id, how: 'update', fields, restarts, risk }];
  });
  const gone = [...before].flatMap(([id, { app }]): ObjectChange[] => {
    if (after.has(id)) return [];
    return [
      { ...plain, app, id, how: 'delete', risk: isProtected(id) ? 'it is deleted with all that it holds' : null },
    ];
  });
  return [...changed, ...gone].sort(by(({ app, id }) => `${app} ${id}`));
}

const plain = { fields: [], restarts: false, risk: null } as const;

/** A change that would wait for an approval, and the clusters where it would. */
export interface PlannedGuard {
  readonly code: GuardedChange['code'];
  /** Null = of several applications. */
  readonly app: string | null;
  readonly clusters: readonly string[];
  readonly ids: readonly ObjectId[];
}

/** The deletions that a hub would not do without an approval, by the rule that it goes by. Pure. */
export function plannedGuards(before: readonly RenderedApp[], after: readonly RenderedApp[]): PlannedGuard[] {
  const [old, now] = [byCluster(before), byCluster(after)];
  const found = [...old].flatMap(([cluster, apps]) => {
    const facts = { channel: '', registration: '', cluster, generation: 1, waiting: [], approvals: [], now: '' };
    const objects = apps.reduce((sum, app) => sum + app.objects.length, 0);
    const { held } = guard(retiresOf(apps, now.get(cluster) ?? []), { ...facts, objects, departures: new Map() });
    return [...new Set(held.values())].map(({ code, app, ids }) => ({ code, app, ids, cluster }));
  });
  const groups = Map.groupBy(found, ({ code, app, ids }) => JSON.stringify([code, app, ids]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { code, app, ids } = first;
    return [{ code, app, ids, clusters: group.map(({ cluster }) => cluster) }];
  });
}

function retiresOf(before: readonly RenderedApp[], after: readonly RenderedApp[]): UnitRetire[] {
  const kept = new Set(after.flatMap(({ objects }) => objects.map(({ id }) => id)));
  const units = new Map(after.map((app) => [appKey(app), app]));
  return before.flatMap((app) => {
    const unit = appKey(app);
    const ids = app.objects
      .map(({ id }) => id)
      .filter((id) => !kept.has(id))
      .sort();
    const next = units.get(unit);
    const isEmptied = next?.objects.length === 0 && ids.length > 0;
    return ids.length === 0 ? [] : [{ unit, ids, counted: ids, isEmptied, isLeaving: next === undefined }];
  });
}
