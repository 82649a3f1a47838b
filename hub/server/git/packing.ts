import { createHash } from 'node:crypto';
import { SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { packHeader } from '../../../shared/lib/git/pack.ts';
import { unitsOfBytes } from '../../../shared/lib/slices.ts';
import { parseOwnTree } from '../../model/git-tree.ts';
import type { History } from './history.ts';
import type { Negotiated } from './negotiate.ts';
import type { GitView } from './view.ts';

/** The largest pack that is sent, in bytes: above, a client must ask for less (`--depth 1`). */
export const packLimit = 128 * 1024 * 1024;

/** The pack of what was negotiated: entries are copied as they lie on disk. Throws LIMIT_EXCEEDED. */
export async function packOf(view: GitView, { send, had }: Negotiated): Promise<Buffer[]> {
  const { reader, history, slices } = view;
  // Content that the client has is read in the nearest commits only: the sent commits share the most with those.
  const seen = new Set<Oid>();
  for (const oid of nearest(history, send, had)) await collect(view, history(oid).tree, seen);
  const shared = new Set(seen);
  for (const oid of send) await collect(view, history(oid).tree, seen);
  const names = [...send, ...[...seen].filter((oid) => !shared.has(oid))];
  const chunks = [packHeader(names.length)];
  const hash = createHash('sha1').update(packHeader(names.length));
  let bytes = 0;
  for (const oid of names) {
    const object = reader.packed(oid);
    if (object === null) throw new SluiceError('PACK_INVALID', 'an object is missing', { subject: oid });
    bytes += object.entry.length;
    if (bytes > packLimit) throw new SluiceError('LIMIT_EXCEEDED', 'the history is too large to send: use --depth 1');
    chunks.push(object.entry);
    hash.update(object.entry);
    await slices.spend(unitsOfBytes(object.entry.length));
  }
  return [...chunks, hash.digest()];
}

function nearest(history: History, send: readonly Oid[], had: readonly Oid[]): Oid[] {
  const parents = new Set(send.flatMap((oid) => history(oid).parents));
  return had.filter((oid) => parents.has(oid));
}

async function collect({ reader, slices }: GitView, root: Oid, into: Set<Oid>): Promise<void> {
  const open = [root];
  for (let tree = open.pop(); tree !== undefined; tree = open.pop()) {
    if (into.has(tree)) continue;
    into.add(tree);
    const object = reader.read(tree);
    if (object === null) throw new SluiceError('PACK_INVALID', 'a tree is missing', { subject: tree });
    await slices.spend(unitsOfBytes(8 * object.body.length));
    for (const { kind, oid } of parseOwnTree(object.body)) {
      if (kind === 'folder') open.push(oid);
      else into.add(oid);
    }
  }
}
