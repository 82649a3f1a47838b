import { makeBlob, type GitObject, type Oid } from '../../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../../model/git-tree.ts';
import { encode } from '../../../shared/wire/codec.ts';
import { unitsOfBytes, type Work } from '../../../shared/lib/slices.ts';
import type { State } from '../../model/state.ts';
import type { SliceFile } from '../slices/slice.ts';
import { encodeSlices } from '../slices/slices.ts';
import { identityOf, identityPath } from './identity.ts';

/** A state as Git objects. */
export interface WrittenState {
  readonly root: Oid;
  /** Every tree, and the blobs of values that were not known to be stored. */
  readonly objects: readonly GitObject[];
  /** Values that are stored once the objects are, with their blobs. */
  readonly fresh: readonly (readonly [value: object, blob: Oid])[];
}

/** Builds the tree of a state and of files that travel along. `stored` has the blobs of values that are stored already. */
export function* writingState(
  state: State,
  files: ReadonlyMap<string, Uint8Array>,
  stored: Pick<WeakMap<object, Oid>, 'get'>,
): Work<WrittenState> {
  const folder = newFolder();
  const blobs: GitObject[] = [];
  const fresh: [object, Oid][] = [];
  const add = (path: readonly string[], bytes: Uint8Array): Oid => {
    const blob = makeBlob(bytes);
    blobs.push(blob);
    place(folder, path, blob.oid);
    return blob.oid;
  };
  // Answers what it cost, in units of a slice.
  const put = (file: SliceFile): number => {
    if ('tree' in file) {
      place(folder, file.path, file.tree, 'folder');
      return 1;
    }
    const { path, value, from = value } = file;
    const known = stored.get(from);
    if (known !== undefined) {
      place(folder, path, known);
      return 1;
    }
    const bytes = encode(value);
    fresh.push([from, add(path, bytes)]);
    return 3 * unitsOfBytes(bytes.length);
  };
  yield put({ path: [identityPath], value: identityOf(state) });
  for (const file of encodeSlices(state)) yield put(file);
  for (const [path, bytes] of files) add(path.split('/'), bytes);
  const { root, trees } = folderTrees(folder);
  return { root, objects: [...trees, ...blobs], fresh };
}
