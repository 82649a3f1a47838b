import { makeBlob, type GitObject, type Oid } from '../../../shared/lib/git/object.ts';
import { unitsOfBytes, type Work } from '../../../shared/lib/slices.ts';
import { encode } from '../../../shared/wire/codec.ts';
import type { ObjectReader } from '../../model/objects.ts';
import { editingTree, type TreeEdit } from '../../model/tree-edit.ts';
import type { FileEdit } from '../slices/slice.ts';

/** A change of a state as Git objects. */
export interface WrittenChange {
  readonly root: Oid;
  /** The trees that differ, and the blobs of values that were not known to be stored. */
  readonly objects: readonly GitObject[];
  /** Values that are stored once the objects are, with their blobs. */
  readonly fresh: readonly (readonly [value: object, blob: Oid])[];
}

/** What a change is written on top of. */
export interface WriteBase {
  readonly objects: Pick<ObjectReader, 'read'>;
  /** The tree of the state before; null where there is none yet. */
  readonly tree: Oid | null;
  /** Blobs that travel along, by path. */
  readonly carried: ReadonlyMap<string, GitObject>;
  /** The blobs of values that are stored already. */
  readonly stored: Pick<WeakMap<object, Oid>, 'get'>;
}

/** Builds the tree of a state from the tree of the one before it, and from the files that differ: costs what they cost. */
export function* writingChange(base: WriteBase, files: Iterable<FileEdit>): Work<WrittenChange> {
  const { objects, tree, carried, stored } = base;
  const blobs = [...carried.values()];
  const fresh: [object, Oid][] = [];
  const edits = [...carried].map(([path, { oid }]): TreeEdit => ({
    path: path.split('/'),
    entry: { kind: 'file', oid },
  }));
  for (const file of files) {
    const { path } = file;
    if ('gone' in file) {
      edits.push({ path, entry: null });
    } else if ('tree' in file) {
      edits.push({ path, entry: { kind: 'folder', oid: file.tree } });
    } else {
      const { value, from = value } = file;
      let oid = stored.get(from);
      if (oid === undefined) {
        const blob = makeBlob(encode(value));
        blobs.push(blob);
        fresh.push([from, (oid = blob.oid)]);
        yield 3 * unitsOfBytes(blob.body.length);
      }
      edits.push({ path, entry: { kind: 'file', oid } });
    }
    yield 1;
  }
  const { root, trees } = yield* editingTree(objects, tree, edits);
  return { root, objects: [...trees, ...blobs], fresh };
}
