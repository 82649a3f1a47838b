import type { GitObject, Oid } from '../../shared/lib/git/object.ts';
import type { Work } from '../../shared/lib/slices.ts';
import { badName, makeTree, type TreeEntry } from './git-tree.ts';
import type { ObjectReader } from './objects.ts';
import { treeEntries } from './tree-files.ts';

/** What is at a path from now on: a file, a folder that exists already, or nothing (null). */
export interface TreeEdit {
  readonly path: readonly string[];
  readonly entry: Pick<TreeEntry, 'kind' | 'oid'> | null;
}

/** The edits at one path and below it. */
interface Node {
  entry?: TreeEdit['entry'];
  readonly below: Map<string, Node>;
}

/** How many entries of a folder are read and written again in one unit of a slice. */
const entriesPerUnit = 50;

/**
 * A tree with edits (null: an empty one): reads and makes anew the folders on the way to them, and nothing else. A folder with
 * nothing left in it is gone. Answers the trees that differ; throws NAME_INVALID for a path that is a file and a folder.
 */
export function* editingTree(
  objects: Pick<ObjectReader, 'read'>,
  tree: Oid | null,
  edits: readonly TreeEdit[],
): Work<{ readonly root: Oid; readonly trees: readonly GitObject[] }> {
  const top: Node = { below: new Map() };
  for (const { path, entry } of edits) nodeAt(top, path).entry = entry;
  const trees: GitObject[] = [];
  const root = yield* editFolder({ objects, trees }, tree, top);
  if (root !== null) return { root, trees };
  const empty = makeTree([]);
  return { root: empty.oid, trees: [...trees, empty] };
}

function nodeAt(top: Node, path: readonly string[]): Node {
  let node = top;
  for (const name of path) {
    let next = node.below.get(name);
    if (next === undefined) node.below.set(name, (next = { below: new Map() }));
    node = next;
  }
  return node;
}

/** Where trees are read, and the new ones are put. */
interface Editing {
  readonly objects: Pick<ObjectReader, 'read'>;
  readonly trees: GitObject[];
}

function* editFolder(editing: Editing, tree: Oid | null, { below }: Node): Work<Oid | null> {
  const before = tree === null ? [] : treeEntries(editing.objects, tree);
  const entries = new Map(before.map((entry) => [entry.name, entry]));
  for (const [name, node] of below) {
    const there = entryOf(name, node, entries.get(name));
    if (node.below.size === 0) {
      if (there === null) entries.delete(name);
      else entries.set(name, there);
      continue;
    }
    if (there?.kind === 'file') throw badName(name);
    const oid = yield* editFolder(editing, there?.oid ?? null, node);
    if (oid === null) entries.delete(name);
    else entries.set(name, { name, kind: 'folder', oid });
  }
  yield 1 + Math.ceil((before.length + entries.size) / entriesPerUnit);
  if (entries.size === 0) return null;
  const made = makeTree([...entries.values()]);
  if (made.oid !== tree) editing.trees.push(made);
  return made.oid;
}

/** What an edit puts in place of what was there. */
function entryOf(name: string, { entry }: Node, before: TreeEntry | undefined): TreeEntry | null {
  if (entry === undefined) return before ?? null;
  if (entry === null) return null;
  if (before !== undefined && before.kind !== entry.kind) throw badName(name);
  return { name, ...entry };
}
