import { describe, expect, it } from 'vitest';
import { parseTree, parseTreeLoosely, walkTree, type TreeEntry } from '../../../../../shared/lib/git/tree.ts';
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

describe('parseTreeLoosely', () => {
  it.each([
    ['100600', 'file'],
    ['100666', 'file'],
    ['100664', 'file'],
    ['40755', 'folder'],
    ['120777', 'symlink'],
    ['160000', 'submodule'],
  ])('reads the mode %s as a %s, as Git does', (mode, kind) => {
    expect(parseTreeLoosely(line(mode, 'a'), oid)).toEqual([{ kind, name: 'a', oid }]);
  });

  it.each([
    [
      'a name that is not UTF-8',
      '100644',
      Buffer.from('caf\xe9.txt', 'latin1'),
      'caf\\xe9.txt',
      /UTF-8 \(bytes 63 61 66 e9 2e/,
    ],
    ['a cut character after a whole one', '100644', Buffer.from([0xc3, 0xa9, 0xc3]), 'é\\xc3', /UTF-8/],
    ['.git in any case', '40000', '.Git', '.Git', /not one that Git allows/],
    ['two dots', '40000', '..', '..', /not one that Git allows/],
    ['an empty name', '100644', '', '', /not one that Git allows/],
    ['a slash', '100644', '../etc', '../etc', /not one that Git allows/],
    ['an unknown mode', '010000', 'fifo', 'fifo', /mode is 010000/],
    ['a mode that is not a number', 'xyz', 'x', 'x', /mode is xyz/],
  ])('marks %s as odd, and refuses nothing else', (_, mode, name, shown, why) => {
    const [odd, ...others] = parseTreeLoosely(Buffer.concat([line(mode, name), line('100644', 'z')]), oid);
    expect(odd).toMatchObject({ name: shown, odd: expect.stringMatching(why) as string });
    expect(others).toEqual([{ kind: 'file', name: 'z', oid }]);
  });

  it('marks both of two entries of one name: which is meant cannot be told', () => {
    const bytes = Buffer.concat([line('100644', 'a'), line('40000', 'a'), line('100644', 'b')]);
    expect(parseTreeLoosely(bytes, oid).map(({ odd }) => odd !== undefined)).toEqual([true, true, false]);
  });

  it('refuses a cut tree', () => {
    expect(() => parseTreeLoosely(line('100644', 'a').subarray(0, -1), oid)).toThrow('a tree is cut');
  });
});

describe('walkTree', () => {
  it('marks what lies below an odd folder, and names that folder', async () => {
    const trees: Record<string, TreeEntry[]> = {
      top: [{ kind: 'folder', name: 'caf\\xe9', oid: 'sub', odd: 'why' }],
      sub: [{ kind: 'folder', name: 'deep', oid: 'deep' }],
      deep: [{ kind: 'file', name: 'y', oid: '2' }],
    };
    const found = await walkTree('top', (id) => Promise.resolve(trees[id] ?? []));
    expect(found).toEqual([
      { kind: 'file', name: 'y', oid: '2', path: 'caf\\xe9/deep/y', odd: 'why', root: 'caf\\xe9' },
    ]);
  });

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
