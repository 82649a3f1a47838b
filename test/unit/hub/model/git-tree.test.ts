import { describe, expect, it } from 'vitest';
import {
  folderTrees,
  makeTree,
  newFolder,
  parseOwnTree,
  place,
  type TreeEntry,
} from '../../../../hub/model/git-tree.ts';
import { makeBlob } from '../../../../shared/lib/git/object.ts';
import { parseTree } from '../../../../shared/lib/git/tree.ts';

const { oid } = makeBlob(Buffer.from('x'));
const entry = (name: string, kind: TreeEntry['kind'] = 'file'): TreeEntry => ({ name, kind, oid });
const line = (mode: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]);

describe('a tree of Sluice', () => {
  it('is read as it was written, in the order of Git: a folder sorts as if its name ended with a slash', () => {
    const tree = makeTree([entry('a', 'folder'), entry('a.yaml'), entry('a-b'), entry('é')]);
    const names = parseOwnTree(tree.body).map(({ name, kind }) => `${kind} ${name}`);
    expect(names).toEqual(['file a-b', 'file a.yaml', 'folder a', 'file é']);
  });

  it('is one that the strict reader of foreign trees takes, too', () => {
    const tree = makeTree([entry('a', 'folder'), entry('b.yaml')]);
    expect(parseTree(tree.body, tree.oid)).toEqual(parseOwnTree(tree.body));
  });

  it.each([
    ['a link', line('120000', 'a')],
    ['an executable', line('100755', 'a')],
    ['a folder in its old form', line('040000', 'a')],
    ['the name .git', line('40000', '.GIT')],
    [
      'a name that is not UTF-8',
      Buffer.concat([Buffer.from('100644 '), Buffer.from([0xff, 0]), Buffer.from(oid, 'hex')]),
    ],
    ['a cut entry', line('100644', 'a').subarray(0, -1)],
  ])('has no %s', (_, bytes) => {
    expect(() => parseOwnTree(bytes)).toThrow(expect.objectContaining({ code: 'PACK_INVALID' }));
  });

  it.each([[''], ['.'], ['..'], ['a/b'], ['.git'], ['git~1'], ['a\0']])('is not written with the name %j', (name) => {
    expect(() => makeTree([entry(name)])).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
  });

  it('is not written with a name twice', () => {
    expect(() => makeTree([entry('a'), entry('a')])).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
  });
});

describe('the trees of a folder', () => {
  it.each(['', '.', '..', '.git', '.GIT', 'a/b', 'a\0b', 'git~1'])('refuses the name %j', (name) => {
    const folder = newFolder();
    folder.files.set(name, '1'.repeat(40));
    expect(() => folderTrees(folder)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }) as Error);
  });

  it('reads a tree as it was written, and nothing that is no tree of ours', () => {
    const folder = newFolder();
    place(folder, ['a', 'b'], '1'.repeat(40));
    place(folder, ['c'], '2'.repeat(40));
    const { trees } = folderTrees(folder);
    expect(parseOwnTree(trees.at(-1)!.body)).toEqual([
      { name: 'a', kind: 'folder', oid: trees[0]!.oid },
      { name: 'c', kind: 'file', oid: '2'.repeat(40) },
    ]);
    const link = Buffer.concat([Buffer.from('120000 link\0'), Buffer.alloc(20, 1)]);
    expect(() => parseOwnTree(link)).toThrow(expect.objectContaining({ code: 'PACK_INVALID' }) as Error);
    expect(() => parseOwnTree(Buffer.from('100644 short\0abc'))).toThrow(
      expect.objectContaining({ code: 'PACK_INVALID' }) as Error,
    );
  });
});
