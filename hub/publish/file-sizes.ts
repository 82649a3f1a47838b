import type { PublishedBundle } from '../model/published-bundle.ts';
import type { Store } from '../model/store.ts';
import { treeFiles } from '../model/tree-files.ts';

/** File sizes in bytes of a published bundle, by path. */
export function fileSizes({ objects }: Pick<Store, 'objects'>, { tree }: PublishedBundle): ReadonlyMap<string, number> {
  const files = [...treeFiles(objects, tree)];
  return new Map(files.map(([path, oid]) => [path, objects.packed(oid)?.size ?? 0]));
}
