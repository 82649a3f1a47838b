import { SluiceError } from '../../../shared/errors.ts';
import { parseCommit, type ParsedCommit } from '../../model/commit.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { PackEntry } from '../../../shared/lib/git/pack.ts';
import { parseOwnTree } from '../../model/git-tree.ts';
import type { ObjectReader, RefMove } from '../../model/objects.ts';

/** True when `ancestor` is `commit` itself or one of its first parents here. */
export function descends(objects: ObjectReader, commit: Oid, ancestor: Oid): boolean {
  for (let oid: Oid | undefined = commit; oid !== undefined; oid = commitAt(objects, oid)?.parents[0]) {
    if (oid === ancestor) return true;
  }
  return false;
}

/**
 * The objects that a host lacks for these moves, ready for a pack, each once: the new commits, and of their trees what
 * differs from the parent's at the same path. `known` are commits that the host has. Costs what changed, not what is there.
 */
export function entriesFor(objects: ObjectReader, moves: readonly RefMove[], known: ReadonlySet<Oid>): PackEntry[] {
  const found = new Map<Oid, PackEntry>();
  const add = (oid: Oid): boolean => {
    if (found.has(oid)) return false;
    const packed = objects.packed(oid);
    if (packed === null) throw missing(oid);
    found.set(oid, { oid, bytes: packed.entry });
    return true;
  };
  const addTree = (oid: Oid, before: Oid | null): void => {
    if (oid === before || !add(oid)) return;
    const old = new Map(before === null ? [] : entriesAt(objects, before).map(({ name, ...entry }) => [name, entry]));
    for (const { name, kind, oid: below } of entriesAt(objects, oid)) {
      const same = old.get(name);
      if (same?.oid === below) continue;
      if (kind === 'file') add(below);
      else addTree(below, same?.kind === 'folder' ? same.oid : null);
    }
  };
  // What begins anew shares most with what the ref leaves, which the host has.
  const treeThere = (from: Oid | null): Oid | null =>
    from !== null && known.has(from) ? (commitAt(objects, from)?.tree ?? null) : null;
  for (const { to, from } of moves) {
    // Oldest first: what a tree shares with its parent's has been sent, even where a later commit goes back to it.
    for (const { oid, commit } of newCommits(objects, to, (each) => known.has(each) || found.has(each)).reverse()) {
      const [parent] = commit.parents;
      add(oid);
      addTree(commit.tree, parent === undefined ? treeThere(from) : needed(objects, parent).tree);
    }
  }
  return [...found.values()];
}

function newCommits(objects: ObjectReader, to: Oid, isThere: (oid: Oid) => boolean) {
  const commits: { readonly oid: Oid; readonly commit: ParsedCommit }[] = [];
  for (let oid: Oid | undefined = to; oid !== undefined && !isThere(oid);) {
    const commit = needed(objects, oid);
    commits.push({ oid, commit });
    [oid] = commit.parents;
  }
  return commits;
}

function needed(objects: ObjectReader, oid: Oid): ParsedCommit {
  const commit = commitAt(objects, oid);
  if (commit === null) throw missing(oid);
  return commit;
}

function commitAt(objects: ObjectReader, oid: Oid): ParsedCommit | null {
  const object = objects.read(oid);
  return object?.type === 'commit' ? parseCommit(object.body) : null;
}

function entriesAt(objects: ObjectReader, oid: Oid) {
  const object = objects.read(oid);
  if (object?.type !== 'tree') throw missing(oid);
  return parseOwnTree(object.body);
}

function missing(oid: Oid): SluiceError {
  return new SluiceError('PACK_INVALID', 'an object is missing', { subject: oid });
}
