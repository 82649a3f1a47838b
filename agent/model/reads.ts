import { oncePerValue } from '../../shared/lib/memo.ts';
import { groupKindOf, parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import type { AppContent, BundleApp, BundleObject } from '../../shared/wire/revision.ts';
import type { VerifiedBundle } from './bundle.ts';
import type { Inventory } from './inventory.ts';
import type { Mode } from './mode.ts';

/** An application whose objects are those that it writes: what it only reads is apart. */
export type Read<A> = A & { readonly reads?: readonly BundleObject[] };

/** The objects that an application only reads: never written, and never deleted. */
export function readsOf(app: Read<BundleApp> | null): readonly BundleObject[] {
  return app?.reads ?? [];
}

/** True for what an application may tell fields of although it is not its own: what is in its own namespace, and no Secret. */
export function mayTellOf({ namespace, target }: Pick<BundleApp, 'namespace' | 'target'>, id: ObjectId): boolean {
  return groupKindOf(id) !== '/Secret' && parseObjectId(id).namespace === (target ?? namespace);
}

/** True for an object that its application only reads. */
function isRead({ policies = [] }: BundleObject): boolean {
  return policies.some(({ type }) => type === 'read-only');
}

/** The bundle with what applications only read apart from what they write; the very same where they read nothing. */
export const withReadsApart = oncePerValue((bundle: VerifiedBundle): VerifiedBundle => {
  const { revision } = bundle;
  const apps = revision.apps.map(readsApart);
  const isSame = apps.every((app, index) => app === revision.apps[index]);
  return isSame ? bundle : { ...bundle, revision: { ...revision, apps }, whole: revision };
});

const readsApart = oncePerValue((app: BundleApp): Read<BundleApp> => {
  const from = app.from === undefined ? undefined : written(app.from);
  const reads = app.objects.filter(isRead);
  if (reads.length === 0 && from === app.from) return app;
  return { ...written(app), ...(from !== undefined && { from }), ...(reads.length > 0 && { reads }) };
});

/** A content without what it only reads. */
function written<C extends AppContent>(content: C): C {
  const reads = new Set<ObjectId>(content.objects.filter(isRead).map(({ id }) => id));
  if (reads.size === 0) return content;
  const isWritten = ({ id }: { readonly id: ObjectId }): boolean => !reads.has(id);
  return {
    ...content,
    objects: content.objects.filter(isWritten),
    replicas: content.replicas.filter(isWritten),
    traffic: content.traffic.filter(isWritten),
    revisions: content.revisions.map((one) => ({ ...one, objects: one.objects.filter((id) => !reads.has(id)) })),
  };
}

/**
 * The inventory without what applications of a bundle that may start only read: what was made once is not ours any more. The very same
 * where there is none.
 */
export function withoutReads(
  inventory: Inventory,
  { mayChange }: Pick<Mode, 'mayChange'>,
  { selected }: { readonly selected: readonly BundleApp[] },
): Inventory {
  if (!mayChange) return inventory;
  const ids = selected.flatMap((app) => readsOf(app).map(({ id }) => id)).filter((id) => inventory.has(id));
  if (ids.length === 0) return inventory;
  const next = new Map(inventory);
  for (const id of ids) next.delete(id);
  return next;
}
