import type { PublishedBundle } from '../model/published-bundle.ts';
import type { Store } from '../model/store.ts';
import { filesOf } from './bundle.ts';

/** File sizes in bytes of a published bundle, by path. */
export function fileSizes({ objects }: Pick<Store, 'objects'>, { tree }: PublishedBundle): ReadonlyMap<string, number> {
  const files = [...filesOf(objects, tree)];
  return new Map(files.map(([path, oid]) => [path, objects.packed(oid)?.size ?? 0]));
}
