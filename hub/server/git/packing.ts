import { createHash } from 'node:crypto';
import { SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { packHeader } from '../../../shared/lib/git/pack.ts';
import { parseOwnTree } from '../../model/git-tree.ts';
import type { ObjectReader } from '../../model/objects.ts';
import type { History } from './history.ts';
import type { Negotiated } from './negotiate.ts';

/** The largest pack that is sent, in bytes: above, a client must ask for less (`--depth 1`). */
export const packLimit = 128 * 1024 * 1024;

/** The pack of what was negotiated: entries are copied as they lie on disk. Throws LIMIT_EXCEEDED. */
export function packOf(reader: ObjectReader, history: History, { send, had }: Negotiated): Buffer[] {
  // Content that the client has is read in the nearest commits only: the sent commits share the most with those.
  const seen = new Set<Oid>();
  for (const oid of nearest(history, send, had)) collect(reader, history(oid).tree, seen);
  const shared = new Set(seen);
  for (const oid of send) collect(reader, history(oid).tree, seen);
  const names = [...send, ...[...seen].filter((oid) => !shared.has(oid))];
  const chunks = [packHeader(names.length)];
  let bytes = 0;
  for (const oid of names) {
    const object = reader.packed(oid);
    if (object === null) throw new SluiceError('PACK_INVALID', 'an object is missing', { subject: oid });
    bytes += object.entry.length;
    if (bytes > packLimit) throw new SluiceError('LIMIT_EXCEEDED', 'the history is too large to send: use --depth 1');
    chunks.push(object.entry);
  }
  const hash = createHash('sha1');
  for (const chunk of chunks) hash.update(chunk);
  return [...chunks, hash.digest()];
}

function nearest(history: History, send: readonly Oid[], had: readonly Oid[]): Oid[] {
  const parents = new Set(send.flatMap((oid) => history(oid).parents));
  return had.filter((oid) => parents.has(oid));
}

function collect(reader: ObjectReader, tree: Oid, into: Set<Oid>): void {
  if (into.has(tree)) return;
  into.add(tree);
  const object = reader.read(tree);
  if (object === null) throw new SluiceError('PACK_INVALID', 'a tree is missing', { subject: tree });
  for (const { kind, oid } of parseOwnTree(object.body)) {
    if (kind === 'folder') collect(reader, oid, into);
    else into.add(oid);
  }
}
