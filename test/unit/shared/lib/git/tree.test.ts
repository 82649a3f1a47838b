import { describe, expect, it } from 'vitest';
import { parseTree, walkTree, type TreeEntry } from '../../../../../shared/lib/git/tree.ts';
import { isSluiceError } from '../../../../../shared/errors.ts';

const oid = '1'.repeat(40);
const line = (mode: string, name: string | Buffer) =>
  Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(oid, 'hex')]);
const codeOf = (bytes: Buffer) => {
  try {
    parseTree(bytes, oid);
    return 'accepted';
  } catch (error) {
    return isSluiceError(error) ? error.code : 'thrown';
  }
};

describe('parseTree', () => {
  it('reads files, folders, links and submodules', () => {
    const bytes = Buffer.concat([
      line('100644', 'a'),
      line('100755', 'b'),
      line('40000', 'c'),
      line('120000', 'd'),
      line('160000', 'e'),
    ]);
    expect(parseTree(bytes, oid).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'file a',
      'file b',
      'folder c',
      'symlink d',
      'submodule e',
    ]);
  });

  it.each([
    ['an empty name', line('100644', '')],
    ['a dot', line('100644', '.')],
    ['two dots', line('40000', '..')],
    ['a slash', line('100644', '../etc')],
    ['.git in any case', line('40000', '.Git')],
    ['a name that is not UTF-8', line('100644', Buffer.from([0xff, 0xfe]))],
    ['a name twice', Buffer.concat([line('100644', 'a'), line('100755', 'a')])],
    ['a file and a folder of one name', Buffer.concat([line('100644', 'a'), line('40000', 'a')])],
    ['an unknown mode', line('100000', 'a')],
    ['a cut entry', line('100644', 'a').subarray(0, -1)],
    ['no name at all', Buffer.from('100644')],
  ])('refuses %s', (_, bytes) => {
    expect(codeOf(bytes)).toBe('PACK_INVALID');
  });
});

describe('walkTree', () => {
  it('gives every file with its path', async () => {
    const trees: Record<string, TreeEntry[]> = {
      top: [
        { kind: 'file', name: 'x', oid: '1' },
        { kind: 'folder', name: 'sub', oid: 'sub' },
      ],
      sub: [{ kind: 'file', name: 'y', oid: '2' }],
    };
    const found = await walkTree('top', (id) => Promise.resolve(trees[id] ?? []));
    expect(found.map(({ path }) => path)).toEqual(['x', 'sub/y']);
  });

  it('refuses a tree that contains itself', async () => {
    const endless = () => Promise.resolve([{ kind: 'folder', name: 'a', oid: 'top' } as const]);
    await expect(walkTree('top', endless)).rejects.toMatchObject({ code: 'PACK_INVALID' });
  });
});
