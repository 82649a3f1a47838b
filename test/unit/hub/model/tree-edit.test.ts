import { describe, expect, it } from 'vitest';
import { makeTree } from '../../../../hub/model/git-tree.ts';
import { editingTree, type TreeEdit } from '../../../../hub/model/tree-edit.ts';
import { treeFiles } from '../../../../hub/model/tree-files.ts';
import type { GitObject, Oid } from '../../../../shared/lib/git/object.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';

const [one, two] = ['1', '2'].map((digit) => digit.repeat(40)) as [Oid, Oid];
const known = new Map<Oid, GitObject>();
const read = (oid: Oid) => known.get(oid) ?? null;

function edited(tree: Oid | null, edits: Readonly<Record<string, Oid | null>>, kind: 'file' | 'folder' = 'file') {
  const list = Object.entries(edits).map(([path, oid]): TreeEdit => ({
    path: path.split('/'),
    entry: oid === null ? null : { kind, oid },
  }));
  const result = atOnce(editingTree({ read }, tree, list));
  for (const object of result.trees) known.set(object.oid, object);
  return result;
}

const filesOf = (tree: Oid) => Object.fromEntries(treeFiles({ read }, tree));
const start = edited(null, { 'a/b/c': one, 'a/d': one, e: one }).root;

describe('a tree with edits', () => {
  it.each<[what: string, edits: Record<string, Oid | null>, files: Record<string, Oid>]>([
    ['a new file', { 'a/b/x': two }, { 'a/b/c': one, 'a/b/x': two, 'a/d': one, e: one }],
    ['a file in new folders', { 'x/y/z': two }, { 'a/b/c': one, 'a/d': one, e: one, 'x/y/z': two }],
    ['another file', { 'a/d': two }, { 'a/b/c': one, 'a/d': two, e: one }],
    ['a file less', { 'a/d': null }, { 'a/b/c': one, e: one }],
    ['a folder less', { a: null }, { e: one }],
    ['a file that goes, and its folder that has nothing else', { 'a/b/c': null }, { 'a/d': one, e: one }],
    ['folders that have nothing left', { 'a/b/c': null, 'a/d': null }, { e: one }],
    ['a file that is not there, removed', { 'a/x': null, 'q/r': null }, { 'a/b/c': one, 'a/d': one, e: one }],
    ['a file that goes and makes room for a folder', { e: null, 'e/f': two }, { 'a/b/c': one, 'a/d': one, 'e/f': two }],
    ['a folder that goes and makes room for itself', { a: null, 'a/x': two }, { 'a/x': two, e: one }],
    ['nothing at all', { a: null, e: null }, {}],
  ])('has %s', (_, edits, files) => {
    const { root } = edited(start, edits);
    expect(filesOf(root)).toEqual(files);
    // A tree does not tell how it came about.
    expect(edited(null, files).root).toBe(root);
  });

  it('takes a folder that exists already', () => {
    const folder = edited(null, { x: two }).root;
    const { root, trees } = edited(start, { 'a/b': folder }, 'folder');
    expect(filesOf(root)).toEqual({ 'a/b/x': two, 'a/d': one, e: one });
    expect(trees).toHaveLength(2);
  });

  it('makes the trees on the way to an edit, and no other', () => {
    expect(edited(start, { 'a/b/c': two }).trees).toHaveLength(3);
    expect(edited(start, { e: two }).trees).toHaveLength(1);
    expect(edited(start, { e: one }).trees).toEqual([]);
    expect(edited(start, {})).toEqual({ root: start, trees: [] });
  });

  it('is an empty one where there is nothing', () => {
    expect(edited(null, {}).root).toBe(makeTree([]).oid);
  });

  it.each<[what: string, edits: Record<string, Oid | null>]>([
    ['a file below a file', { 'e/f': two }],
    ['a file in place of a folder', { a: two }],
    ['a name that Git does not take', { 'a/.git': two }],
  ])('is refused with %s', (_, edits) => {
    expect(() => edited(start, edits)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }) as Error);
  });

  it('is refused where a tree on the way is missing', () => {
    expect(() => edited('9'.repeat(40), { a: one })).toThrow(
      expect.objectContaining({ code: 'LEDGER_INVALID' }) as Error,
    );
  });
});
