import { SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { parseOwnTree, type TreeEntry } from '../../model/git-tree.ts';
import { decode } from '../../../shared/wire/codec.ts';
import type { ObjectReader } from '../../model/objects.ts';
import type { State } from '../../model/state.ts';
import type { Found, SliceReader } from '../slices/slice.ts';
import { decodeSlices } from '../slices/slices.ts';
import { restoreHint } from './chain.ts';
import { identityFile, identityPath } from './identity.ts';

/** Called for every decoded value with the blob that it came from: what need not be encoded again. */
export type OnDecoded = (value: object, oid: Oid) => void;

/** Reads a state from a ledger's tree, whose signature was verified before; throws LEDGER_INVALID. */
export function readState(objects: ObjectReader, tree: Oid, number: number, onDecoded: OnDecoded): State {
  try {
    const files = readerOf(objects, tree, onDecoded);
    const identity = files.file(identityPath);
    if (identity === null) throw new SluiceError('WIRE_INVALID', 'a file of the ledger is missing');
    const { channel, epoch } = files.json(identityFile, identity);
    return { channel, epoch, number, ...decodeSlices(files) };
  } catch (cause) {
    const data = { subject: `number ${number}`, hint: restoreHint };
    throw new SluiceError('LEDGER_INVALID', 'the ledger cannot be read', data, cause);
  }
}

function readerOf(objects: ObjectReader, root: Oid, onDecoded: OnDecoded): SliceReader {
  const bytes = (blob: Oid) => bodyOf(objects, blob, 'blob');
  const entries = (tree: Oid) => parseOwnTree(bodyOf(objects, tree, 'tree'));
  const top = entries(root);
  const find = (path: string, kind: TreeEntry['kind']) =>
    top.find((entry) => entry.name === path && entry.kind === kind);
  const walk = (tree: Oid, prefix: string, whole: string | undefined): Found[] =>
    entries(tree).flatMap(({ name, kind, oid }): Found[] => {
      const path = `${prefix}/${name}`;
      return kind === 'file' || name === whole ? [{ path, oid }] : walk(oid, path, whole);
    });
  return {
    list: (folder, whole) => {
      const found = find(folder, 'folder');
      return found === undefined ? [] : walk(found.oid, folder, whole);
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

function bodyOf(objects: ObjectReader, oid: Oid, type: 'tree' | 'blob'): Uint8Array {
  const object = objects.read(oid);
  if (object?.type !== type) throw new SluiceError('PACK_INVALID', `a ${type} is missing`, { subject: oid });
  return object.body;
}
