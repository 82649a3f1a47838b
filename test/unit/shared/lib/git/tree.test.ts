import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fileFinder,
  parseTree,
  parseTreeLoosely,
  walkTree,
  type TreeEntry,
} from '../../../../../shared/lib/git/tree.ts';
import { isSluiceError } from '../../../../../shared/errors.ts';

const oid = '1'.repeat(40);
const line = (mode: string, name: string | Buffer, target = oid) =>
  Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(target, 'hex')]);
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

/** A folder in memory: names to text or folders. */
interface Folder {
  readonly [name: string]: string | Folder;
}

/** The objects of a folder by name (here: their place), counted when they are read. */
function objectsOf(top: Folder) {
  const trees = new Map<string, Buffer>();
  const add = (folder: Folder): string => {
    const lines = Object.entries(folder).map(([name, content]) =>
      typeof content === 'string' ? line('100644', name, content) : line('40000', name, add(content)),
    );
    const name = trees.size.toString(16).padStart(40, 'f');
    trees.set(name, Buffer.concat(lines));
    return name;
  };
  const root = add(top);
  const reads: string[] = [];
  const read = (oid: string) => {
    reads.push(oid);
    return Promise.resolve(trees.get(oid)!);
  };
  return { root, read, reads };
}

const names = fc.constantFrom('a', 'b', 'c', 'd');
const folders: fc.Arbitrary<Folder> = fc.letrec<{ folder: Folder }>((tie) => ({
  folder: fc.dictionary(names, fc.oneof({ maxDepth: 3 }, fc.constant('1'.repeat(40)), tie('folder')), { maxKeys: 4 }),
})).folder;

describe('fileFinder', () => {
  it('finds exactly the files, and reads each folder on the way once', async () => {
    await fc.assert(
      fc.asyncProperty(
        folders,
        fc.array(fc.array(names, { minLength: 1, maxLength: 5 }), { maxLength: 6 }),
        async (top, paths) => {
          const { root, read, reads } = objectsOf(top);
          const find = fileFinder(root, read);
          for (const path of paths) {
            const wanted = path.reduce<string | Folder | undefined>(
              (at, name) => (typeof at === 'object' && Object.hasOwn(at, name) ? at[name] : undefined),
              top,
            );
            expect(await find(path.join('/'))).toBe(typeof wanted === 'string' ? wanted : null);
          }
          expect(new Set(reads).size).toBe(reads.length);
          expect(reads.length).toBeLessThanOrEqual(1 + paths.flat().length);
        },
      ),
    );
  });

  it.each([
    ['a symbolic link', line('120000', 'x')],
    ['a submodule', line('160000', 'x')],
    [
      'more bytes than a bundle needs',
      Buffer.concat(Array.from({ length: 80_000 }, (_, at) => line('100644', `${at}`))),
    ],
  ])('refuses a folder on the way with %s', async (_, bytes) => {
    await expect(fileFinder(oid, () => Promise.resolve(bytes))('a/b')).rejects.toMatchObject({ code: 'PACK_INVALID' });
  });
});

describe('a tree of a few objects that stands for endless paths', () => {
  it.each<[string, (level: number) => TreeEntry[]]>([
    ['of folders alone', (level) => (level === 0 ? [] : ten('folder', level))],
    ['with files', (level) => (level === 0 ? ten('file', level) : ten('folder', level))],
    ['with long names', (level) => (level === 0 ? [] : ten('folder', level, 'x'.repeat(200)))],
  ])('is refused by walkTree in a bounded number of steps: %s', async (_, treeAt) => {
    let reads = 0;
    const walk = walkTree('28', (level) => Promise.resolve((reads++, treeAt(Number(level)))));
    await expect(walk).rejects.toMatchObject({ code: 'PACK_INVALID' });
    expect(reads).toBeLessThanOrEqual(500_001);
  });

  it('is refused where it is wide and has no file at all', async () => {
    const wide = (depth: number) =>
      Array.from({ length: 800 }, (_, at) => ({ kind: 'folder', name: `${at}`, oid: `${depth}` }));
    const walk = walkTree('2', (depth) =>
      Promise.resolve(depth === '0' ? [] : (wide(Number(depth) - 1) as TreeEntry[])),
    );
    await expect(walk).rejects.toMatchObject({ code: 'PACK_INVALID' });
  });

  function ten(kind: TreeEntry['kind'], level: number, name = 'n'): TreeEntry[] {
    return Array.from({ length: 10 }, (_, at) => ({ kind, name: `${name}${at}`, oid: String(level - 1) }));
  }
});
