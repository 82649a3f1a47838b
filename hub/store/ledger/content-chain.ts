import { createHash, hash } from 'node:crypto';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { unitsOfBytes, type Work } from '../../../shared/lib/slices.ts';
import { revisionPath, revisionSignaturePath } from '../../../shared/wire/layout.ts';
import type { TreeEntry } from '../../model/git-tree.ts';
import type { ObjectReader } from '../../model/objects.ts';
import { treeEntries } from '../../model/tree-files.ts';
import { bundleTreeName } from '../slices/bundles.ts';

/** What a commit follows: the chain up to it, and its tree; null where everything is new. */
export interface ChainLink {
  readonly chain: string;
  readonly tree: Oid | null;
}

/** What the first commit of a volume follows: the commit that closed the volume before, and nothing of its files. */
export function firstLink(closed: Uint8Array | undefined): ChainLink {
  return {
    chain: createHash('sha256')
      .update(closed ?? '')
      .digest('hex'),
    tree: null,
  };
}

/** The chain that a commit's message says; empty for a commit of before there was one. */
export function chainIn(message: string): string {
  return /^Chain: ([0-9a-f]{64})$/m.exec(message)?.[1] ?? '';
}

/**
 * The chain after a change: the sha256 of the one before and of a line for each file that differs, with the sha256 of its bytes. It does not rest on the hash
 * that Git names things by. Of a bundle, the two files that its signature is about count: they name the digests of all others.
 */
export function* chaining(objects: Pick<ObjectReader, 'read'>, { chain, tree }: ChainLink, next: Oid): Work<string> {
  const hash = createHash('sha256').update(chain);
  for (const line of differing(objects, { before: tree, after: next, path: [] })) {
    hash.update(`\n${line}`);
    yield unitsOfBytes(1024);
  }
  return hash.digest('hex');
}

/** Two trees at one path; null where there is none. */
interface Pair {
  readonly before: Oid | null;
  readonly after: Oid | null;
  readonly path: readonly string[];
}

function* differing(objects: Pick<ObjectReader, 'read'>, { before, after, path }: Pair): Generator<string> {
  if (before === after) return;
  const [old, now] = [namedEntries(objects, before, path), namedEntries(objects, after, path)];
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [was, is] = [old.get(name), now.get(name)];
    if (was?.oid === is?.oid && was?.kind === is?.kind) continue;
    const at = [...path, name];
    yield* differing(objects, { before: treeOf(was), after: treeOf(is), path: at });
    yield* lineOf(objects, at.join('/'), was, is);
  }
}

function* lineOf(
  objects: Pick<ObjectReader, 'read'>,
  path: string,
  was: TreeEntry | undefined,
  is: TreeEntry | undefined,
): Generator<string> {
  if (is?.kind === 'file') yield `${path} ${sha256(objects, is.oid)}`;
  else if (was?.kind === 'file') yield `${path} -`;
}

function treeOf(entry: TreeEntry | undefined): Oid | null {
  return entry?.kind === 'folder' ? entry.oid : null;
}

function namedEntries(
  objects: Pick<ObjectReader, 'read'>,
  tree: Oid | null,
  path: readonly string[],
): ReadonlyMap<string, TreeEntry> {
  return new Map(entriesOf(objects, tree, path).map((entry) => [entry.name, entry]));
}

function entriesOf(
  objects: Pick<ObjectReader, 'read'>,
  tree: Oid | null,
  path: readonly string[],
): readonly TreeEntry[] {
  const entries = tree === null ? [] : treeEntries(objects, tree);
  const isBundle = path.length === 4 && path[0] === 'bundles' && path[3] === bundleTreeName;
  return isBundle ? entries.filter(({ name }) => name === revisionPath || name === revisionSignaturePath) : entries;
}

function sha256(objects: Pick<ObjectReader, 'read'>, oid: Oid): string {
  return hash('sha256', objects.read(oid)?.body ?? '');
}
