import type { Digest } from '../../shared/lib/canonical.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { groupKindOf, type GroupKind, type ObjectId } from '../../shared/model/object.ts';
import type { BundleApp, BundleObject, Revision } from '../../shared/wire/revision.ts';
import { isWorkload, mayHaveReplicas } from '../../shared/model/kinds.ts';

/** What an application's lists say, by object. */
export interface AppIndex {
  readonly digests: ReadonlyMap<ObjectId, Digest>;
  /** The revision that owns an object exclusively. */
  readonly revisions: ReadonlyMap<ObjectId, string>;
  /** Wanted replicas. */
  readonly replicas: ReadonlyMap<ObjectId, number>;
  readonly kinds: ReadonlySet<GroupKind>;
  /** Objects that run pods, in the order of the bundle. */
  readonly running: ReadonlySet<ObjectId>;
  /** Objects that may have replicas which are written down nowhere, in the order of the bundle. */
  readonly unwritten: ReadonlySet<ObjectId>;
  /** Objects whose fields are written with new content alone: what others change in between stays. */
  readonly unrepaired: ReadonlySet<ObjectId>;
}

/**
 * The index of an application, so that a pass over 1,000 objects does not search their lists 1,000 times: an application of a bundle
 * never changes, and stays the same value for as long as its content does.
 */
export const indexOf = oncePerValue((app: BundleApp): AppIndex => {
  const ids = app.objects.map(({ id }) => id);
  // The first entry of an object counts, as for every reader of the list.
  const replicas = new Map(app.replicas.toReversed().map(({ id, value }) => [id, value] as const));
  return {
    digests: new Map(app.objects.map(({ id, digest }) => [id, digest] as const)),
    revisions: new Map(app.revisions.flatMap(({ name, objects }) => objects.map((id) => [id, name] as const))),
    replicas,
    kinds: new Set(ids.map(groupKindOf)),
    running: new Set(ids.filter((id) => isWorkload(id) || replicas.has(id))),
    unwritten: new Set(ids.filter((id) => !replicas.has(id) && mayHaveReplicas(id))),
    unrepaired: new Set(app.objects.filter(isUnrepaired).map(({ id }) => id)),
  };
});

function isUnrepaired({ policies = [] }: BundleObject): boolean {
  return policies.some(({ type }) => type === 'apply-once');
}

/** The content that a bundle wants of each of its objects. */
export const wantedDigests = oncePerValue(
  (revision: Pick<Revision, 'apps'>): ReadonlyMap<ObjectId, Digest> =>
    new Map(revision.apps.flatMap((app) => [...indexOf(app).digests])),
);
