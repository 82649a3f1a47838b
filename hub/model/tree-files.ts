import { SluiceError } from '../../shared/errors.ts';
import type { GitObject, Oid } from '../../shared/lib/git/object.ts';
import { parseOwnTree, type TreeEntry } from './git-tree.ts';
import type { ObjectReader } from './objects.ts';

/** Every file below a tree: path to blob. Throws LEDGER_INVALID when a tree is missing. */
export function treeFiles(objects: Pick<ObjectReader, 'read'>, tree: Oid, prefix = ''): Map<string, Oid> {
  return new Map(
    treeEntries(objects, tree).flatMap(({ name, kind, oid }): [string, Oid][] =>
      kind === 'file' ? [[prefix + name, oid]] : [...treeFiles(objects, oid, `${prefix}${name}/`)],
    ),
  );
}

/** The entries of a tree; throws LEDGER_INVALID when it is missing. */
export function treeEntries(objects: Pick<ObjectReader, 'read'>, tree: Oid): TreeEntry[] {
  const body = objects.read(tree)?.body;
  if (body === undefined) throw new SluiceError('LEDGER_INVALID', 'a tree of the ledger is missing', { subject: tree });
  return parseOwnTree(body);
}

/** Every object of a tree, itself and all below, that `has` denies. An object that is there has all that is below it, too. */
export function missingObjects(objects: ObjectReader, tree: Oid, has: (oid: Oid) => boolean): GitObject[] {
  if (has(tree)) return [];
  const object = objects.read(tree);
  if (object === null) throw new SluiceError('LEDGER_INVALID', 'an object of the ledger is missing', { subject: tree });
  const below = object.type === 'tree' ? parseOwnTree(object.body) : [];
  return [object, ...below.flatMap(({ oid }) => missingObjects(objects, oid, has))];
}
