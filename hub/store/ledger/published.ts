import { z } from 'zod';
import { parseCommit } from '../../model/commit.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { startSlices } from '../../../shared/lib/slices.ts';
import type { ObjectId } from '../../../shared/model/object.ts';
import { bundleObjects } from '../../../shared/wire/bundle.ts';
import { decode } from '../../../shared/wire/codec.ts';
import { objectIdText, uuid } from '../../../shared/wire/schema.ts';
import type { Revision } from '../../../shared/wire/revision.ts';
import type { ObjectReader } from '../../model/objects.ts';
import type { State } from '../../model/state.ts';
import { treeEntries } from '../../model/tree-files.ts';
import { bundleTreeName } from '../slices/bundles.ts';
import { spread } from '../slices/paths.ts';
import type { FileEdit } from '../slices/slice.ts';
import { bundleAt, entryAt } from './past-bundle.ts';

/** Object ids by registration. */
export type IdsByRegistration = ReadonlyMap<string, ReadonlySet<ObjectId>>;

const folder = 'published';
const schema = z.array(objectIdText) as unknown as z.ZodType<readonly ObjectId[]>;

/**
 * The ids that the first commit of a volume lists for a registration: published in the volumes before it, and not in the bundle that
 * the volume began with.
 */
export function listedIds(objects: Pick<ObjectReader, 'read'>, tree: Oid, registration: string): readonly ObjectId[] {
  const found = entryAt(objects, tree, pathOf(registration));
  if (found === null) return [];
  return decode(schema, objects.read(found)?.body ?? new Uint8Array(), folder);
}

/** What a new volume has to list in place of what the tree of the one before it lists: for registrations that are in the state. */
export function listEdits(
  objects: Pick<ObjectReader, 'read'>,
  tree: Oid,
  state: Pick<State, 'clusters' | 'bundles'>,
  past: IdsByRegistration,
): readonly FileEdit[] {
  const bundles = new Map([...state.bundles.values()].map(({ revision }) => [revision.registration, revision]));
  const now = new Set([...bundles.keys(), ...[...state.clusters.values()].map(({ registration }) => registration)]);
  const gone = [...allListed(objects, tree).keys()].map((registration): FileEdit => ({
    path: pathOf(registration),
    gone: true,
  }));
  const lists = [...now].flatMap((registration): FileEdit[] => {
    const revision = bundles.get(registration);
    const known = new Set(revision === undefined ? [] : idsOf(revision));
    const ids = [...(past.get(registration) ?? [])].filter((id) => !known.has(id)).sort();
    return ids.length === 0 ? [] : [{ path: pathOf(registration), value: ids }];
  });
  return [...gone, ...lists];
}

/**
 * Gathers every id that the present volume published to each registration, and those that its first commit lists. What the newest bundle that
 * names it only kept is not among them: it is not to be deleted, also where a bundle of an older format cannot say so any more. Asked again
 * for a later head, it reads only what came since.
 */
export function openPublished(objects: ObjectReader): { readonly upTo: (head: Oid) => Promise<IdsByRegistration> } {
  const known = new Map<string, Set<ObjectId>>();
  let newest: Oid | null = null;
  const add = (decided: Set<string>, registration: string, { ids, kept }: Named): void => {
    const all = known.get(registration) ?? new Set();
    const isFirst = (id: ObjectId): boolean => decided.size !== decided.add(`${registration} ${id}`).size;
    for (const id of ids) if (isFirst(id)) all.add(id);
    for (const id of kept) if (isFirst(id)) all.delete(id);
    known.set(registration, all);
  };
  return {
    upTo: async (head) => {
      const slices = startSlices();
      const [seen, decided] = [new Set<Oid>(), new Set<string>()];
      for (let next: Oid | undefined = head; next !== undefined && next !== newest;) {
        const { tree, parents } = parseCommit(objects.read(next)?.body ?? new Uint8Array());
        for (const bundle of bundleTrees(objects, tree, seen)) {
          const revision = bundleAt(objects, bundle);
          add(decided, revision.registration, namedIn(revision));
          await slices.spend(bundleUnits);
        }
        [next] = parents;
        if (next === undefined)
          for (const [registration, ids] of allListed(objects, tree)) add(decided, registration, { ids, kept: [] });
        await slices.spend(commitUnits);
      }
      newest = head;
      return known;
    },
  };
}

/** What a commit costs to look at, and a bundle to read (see slices.ts). */
const [commitUnits, bundleUnits] = [10, 100];

function idsOf(revision: Revision): ObjectId[] {
  return [...bundleObjects(revision), ...revision.retired].map(({ id }) => id);
}

/** What a bundle names: its objects and what it retires, and what it only keeps. */
export interface Named {
  readonly ids: readonly ObjectId[];
  readonly kept: readonly ObjectId[];
}

/** What a bundle names, of a registration. */
export function namedIn(revision: Revision): Named {
  const ids = idsOf(revision);
  const own = new Set(ids);
  const kept = revision.apps.flatMap((app) => [...(app.kept ?? []), ...(app.from?.kept ?? [])].map(({ id }) => id));
  return { ids, kept: kept.filter((id) => !own.has(id)) };
}

function pathOf(registration: string): string[] {
  return [folder, spread(registration), `${registration}.json`];
}

function allListed(objects: Pick<ObjectReader, 'read'>, tree: Oid): Map<string, readonly ObjectId[]> {
  const top = entryAt(objects, tree, [folder]);
  const files = top === null ? [] : treeEntries(objects, top).flatMap(({ oid }) => treeEntries(objects, oid));
  return new Map(
    files.map(({ name, oid }) => [
      uuid.parse(name.replace(/\.json$/, '')),
      decode(schema, objects.read(oid)?.body ?? new Uint8Array(), folder),
    ]),
  );
}

/** The trees of bundles of a commit that were not seen yet; folders that were seen as a whole are not opened again. */
function* bundleTrees(objects: ObjectReader, tree: Oid, seen: Set<Oid>): Generator<Oid> {
  const isNew = (oid: Oid): boolean => seen.size !== seen.add(oid).size;
  const top = entryAt(objects, tree, ['bundles']);
  if (top === null || !isNew(top)) return;
  for (const shard of treeEntries(objects, top)) {
    if (!isNew(shard.oid)) continue;
    for (const cluster of treeEntries(objects, shard.oid)) {
      if (!isNew(cluster.oid)) continue;
      const bundle = treeEntries(objects, cluster.oid).find(({ name }) => name === bundleTreeName);
      if (bundle !== undefined && isNew(bundle.oid)) yield bundle.oid;
    }
  }
}
