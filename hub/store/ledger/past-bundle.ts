import type { Oid } from '../../../shared/lib/git/object.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { revisionPath } from '../../../shared/wire/layout.ts';
import type { Revision } from '../../../shared/wire/revision.ts';
import { parseOwnTree } from '../../model/git-tree.ts';
import type { ObjectReader } from '../../model/objects.ts';

/** A bundle of a commit of the past, by its tree. */
export function bundleAt(objects: ObjectReader, tree: Oid): Revision {
  const payload = objects.read(entryAt(objects, tree, [revisionPath]) ?? '')?.body ?? new Uint8Array();
  return formats.revision.open(payload, 'a bundle of the past').complete(({ path }) => {
    const document = entryAt(objects, tree, path.split('/'));
    return document === null ? null : (objects.read(document)?.body ?? null);
  });
}

/** What is at a path of a tree; null where there is nothing. */
export function entryAt(objects: Pick<ObjectReader, 'read'>, tree: Oid, path: readonly string[]): Oid | null {
  const [name, ...rest] = path;
  if (name === undefined) return tree;
  const entries = parseOwnTree(objects.read(tree)?.body ?? new Uint8Array());
  const found = entries.find((entry) => entry.name === name);
  return found === undefined ? null : entryAt(objects, found.oid, rest);
}
