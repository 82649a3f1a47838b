import { parseCommit } from '../../model/commit.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { parseOwnTree } from '../../model/git-tree.ts';
import type { ObjectId } from '../../../shared/model/object.ts';
import type { ObjectReader } from '../../model/objects.ts';
import { bundleObjects } from '../../../shared/wire/bundle.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { revisionPath } from '../../../shared/wire/layout.ts';
import type { Revision } from '../../../shared/wire/revision.ts';
import { bundleTreePath } from '../slices/bundles.ts';

/** Whose past is asked for, and about which ids. */
export interface PastQuestion {
  readonly cluster: string;
  readonly registration: string;
  readonly ids: ReadonlySet<ObjectId>;
}

/** Those of the ids that some bundle in the ledger's history had for this registration. Stops as soon as all are found. */
export function publishedIds(objects: ObjectReader, head: Oid | null, question: PastQuestion): ReadonlySet<ObjectId> {
  const found = new Set<ObjectId>();
  let lastTree: Oid | null = null;
  for (let oid = head; oid !== null && found.size < question.ids.size;) {
    const commit = parseCommit(objects.read(oid)?.body ?? new Uint8Array());
    const tree = entryAt(objects, commit.tree, bundleTreePath(question.cluster));
    if (tree !== null && tree !== lastTree) collect(bundleAt(objects, tree), question, found);
    lastTree = tree;
    oid = commit.parents[0] ?? null;
  }
  return found;
}

function collect(bundle: Revision, { registration, ids }: PastQuestion, found: Set<ObjectId>): void {
  if (bundle.registration !== registration) return;
  for (const { id } of [...bundleObjects(bundle), ...bundle.retired]) if (ids.has(id)) found.add(id);
}

function bundleAt(objects: ObjectReader, tree: Oid): Revision {
  const payload = objects.read(entryAt(objects, tree, [revisionPath]) ?? '')?.body ?? new Uint8Array();
  return formats.revision.decode(payload, 'a bundle of the past');
}

function entryAt(objects: ObjectReader, tree: Oid, path: readonly string[]): Oid | null {
  const [name, ...rest] = path;
  if (name === undefined) return tree;
  const entries = parseOwnTree(objects.read(tree)?.body ?? new Uint8Array());
  const found = entries.find((entry) => entry.name === name);
  return found === undefined ? null : entryAt(objects, found.oid, rest);
}
