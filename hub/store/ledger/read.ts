import { SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { Work } from '../../../shared/lib/slices.ts';
import { parseOwnTree, type TreeEntry } from '../../model/git-tree.ts';
import { decode } from '../../../shared/wire/codec.ts';
import type { ObjectReader } from '../../model/objects.ts';
import type { State } from '../../model/state.ts';
import type { Found, SliceReader } from '../slices/slice.ts';
import { decodingSlices } from '../slices/slices.ts';
import { restoreHint } from './chain.ts';
import { identityFile, identityPath } from './identity.ts';

/** Called for every decoded value with the blob that it came from: what need not be encoded again. */
export type OnDecoded = (value: object, oid: Oid) => void;

/** The state to read: the tree of a commit whose signature was verified before, and its number. */
export interface StateTree {
  readonly tree: Oid;
  readonly number: number;
}

/** Reads a state from a ledger's tree; throws LEDGER_INVALID. */
export function* readingState(objects: ObjectReader, { tree, number }: StateTree, onDecoded: OnDecoded): Work<State> {
  try {
    const files = readerOf(objects, tree, onDecoded);
    const identity = files.file(identityPath);
    if (identity === null) throw new SluiceError('WIRE_INVALID', 'a file of the ledger is missing');
    const { channel, epoch } = files.json(identityFile, identity);
    return { channel, epoch, number, ...(yield* decodingSlices(files)) };
  } catch (cause) {
    const data = { subject: `number ${number}`, hint: restoreHint };
    throw new SluiceError('LEDGER_INVALID', 'the ledger cannot be read', data, cause);
  }
}

/** What reading a tree costs. */
const unitsOfTree = 3;

function readerOf(objects: ObjectReader, root: Oid, onDecoded: OnDecoded): SliceReader {
  const bytes = (blob: Oid) => bodyOf(objects, blob, 'blob');
  const entries = (tree: Oid) => parseOwnTree(bodyOf(objects, tree, 'tree'));
  const top = entries(root);
  const find = (path: string, kind: TreeEntry['kind']) =>
    top.find((entry) => entry.name === path && entry.kind === kind);
  return {
    list: function* (folder, whole) {
      const found = find(folder, 'folder');
      return found === undefined ? [] : yield* listing(entries, { path: folder, oid: found.oid }, whole);
    },
    file: (path) => {
      const found = find(path, 'file');
      return found === undefined ? null : { path, oid: found.oid };
    },
    json: (schema, { path, oid }) => {
      const value = decode(schema, bytes(oid), path);
      if (typeof value === 'object' && value !== null) onDecoded(value, oid);
      return value;
    },
    entries,
    bytes,
  };
}

/** Lists what is below a folder, in the order of its trees. */
function* listing(entries: SliceReader['entries'], { path, oid }: Found, whole: string | undefined): Work<Found[]> {
  const files: Found[] = [];
  for (const { name, kind, oid: below } of entries(oid)) {
    const one = { path: `${path}/${name}`, oid: below };
    files.push(...(kind === 'file' || name === whole ? [one] : yield* listing(entries, one, whole)));
  }
  yield unitsOfTree;
  return files;
}

function bodyOf(objects: ObjectReader, oid: Oid, type: 'tree' | 'blob'): Uint8Array {
  const object = objects.read(oid);
  if (object?.type !== type) throw new SluiceError('PACK_INVALID', `a ${type} is missing`, { subject: oid });
  return object.body;
}
