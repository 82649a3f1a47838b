import { SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { startSlices, unitsOfBytes } from '../../../shared/lib/slices.ts';
import { parseCommit } from '../../model/commit.ts';
import { parseOwnTree } from '../../model/git-tree.ts';
import type { ObjectReader } from '../../model/objects.ts';

/**
 * Every object that some commits or trees reach: commits with all that came before them, their trees, and what is in those. Where `isWhole`, a
 * missing one is PACK_INVALID; else it is left out.
 */
export async function reachable(objects: ObjectReader, tips: Iterable<Oid>, isWhole: boolean): Promise<Set<Oid>> {
  const found = new Set<Oid>();
  const slices = startSlices();
  const open = [...tips];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (found.has(oid)) continue;
    const object = objects.read(oid);
    if (object === null) {
      if (isWhole) throw missing(oid);
      continue;
    }
    found.add(oid);
    if (object.type === 'commit') {
      const { tree, parents } = parseCommit(object.body);
      open.push(tree, ...parents);
    }
    for (const entry of object.type === 'tree' ? parseOwnTree(object.body) : []) {
      if (entry.kind === 'folder') open.push(entry.oid);
      else if (objects.has(entry.oid)) found.add(entry.oid);
      else if (isWhole) throw missing(entry.oid);
    }
    await slices.spend(unitsOfBytes(object.body.length));
  }
  return found;
}

function missing(subject: Oid): SluiceError {
  return new SluiceError('PACK_INVALID', 'an object is missing', { subject });
}
