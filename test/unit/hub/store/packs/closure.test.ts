import { describe, expect, it } from 'vitest';
import { makeCommit, parseCommit } from '../../../../../hub/model/commit.ts';
import { folderTrees, newFolder, place } from '../../../../../hub/model/git-tree.ts';
import { descends, entriesFor } from '../../../../../hub/store/packs/closure.ts';
import { makeBlob, type GitObject } from '../../../../../shared/lib/git/object.ts';
import { readerOf } from '../../../../../hub/run/rehearsal/objects.ts';

type Files = Readonly<Record<string, string>>;

/** A history of these contents, oldest first: its commits, all objects, and what each object is in words. */
function history(...contents: readonly Files[]) {
  const objects = new Map<string, GitObject>();
  const words = new Map<string, string>();
  const note = (object: GitObject, what: string): void => {
    objects.set(object.oid, object);
    if (!words.has(object.oid)) words.set(object.oid, what);
  };
  let parent: string | null = null;
  const commits = contents.map((files, at) => {
    const folder = newFolder();
    for (const [path, text] of Object.entries(files)) {
      const blob = makeBlob(Buffer.from(text));
      note(blob, text);
      place(folder, path.split('/'), blob.oid);
    }
    const { root, trees } = folderTrees(folder);
    for (const tree of trees) note(tree, tree.oid === root ? 'root' : 'folder');
    const commit = makeCommit({ tree: root, parent, time: at, message: `c${at}` });
    note(commit, `c${at}`);
    parent = commit.oid;
    return commit.oid;
  });
  return { commits, objects, words };
}

/** What a host lacks that has the commits `known`, for a ref that goes to the last commit. */
function sent(contents: readonly Files[], known: readonly number[], to = contents.length - 1): string[] {
  const { commits, objects, words } = history(...contents);
  const moves = [{ ref: 'refs/heads/main', from: null, to: commits[to]! }];
  const entries = entriesFor(readerOf(objects), moves, new Set(known.map((at) => commits[at]!)));
  return entries.map(({ oid }) => words.get(oid) ?? oid).sort();
}

const [one, two] = [
  { 'a/x': 'x1', 'a/y': 'y', b: 'b' },
  { 'a/x': 'x2', 'a/y': 'y', b: 'b' },
];

describe('the objects that a host lacks', () => {
  it.each<[rule: string, contents: readonly Files[], known: readonly number[], objects: readonly string[]]>([
    ['are all of a first commit', [one], [], ['b', 'c0', 'folder', 'root', 'x1', 'y']],
    ['are none of a commit that it has', [one], [0], []],
    ['are what changed of the next one', [one, two], [0], ['c1', 'folder', 'root', 'x2']],
    ['are the commit alone where nothing changed', [one, one], [0], ['c1']],
    [
      'are each once, of a whole history',
      [one, two],
      [],
      ['b', 'c0', 'c1', 'folder', 'folder', 'root', 'root', 'x1', 'x2', 'y'],
    ],
    [
      'are each once where a later commit goes back',
      [one, two, one],
      [],
      ['b', 'c0', 'c1', 'c2', 'folder', 'folder', 'root', 'root', 'x1', 'x2', 'y'],
    ],
    ['are those of a file that became a folder', [{ a: 'f' }, { 'a/x': 'x' }], [0], ['c1', 'folder', 'root', 'x']],
    ['are those of a folder that became a file', [{ 'a/x': 'x' }, { a: 'f' }], [0], ['c1', 'f', 'root']],
    [
      'are those of a folder that moved: what is at another path is not compared',
      [{ 'a/x': 'x' }, { 'b/x': 'x' }],
      [0],
      ['c1', 'folder', 'root', 'x'],
    ],
  ])('%s', (_, contents, known, objects) => {
    expect(sent(contents, known)).toEqual(objects);
  });

  it('are each once for several refs', () => {
    const { commits, objects } = history(one, two);
    const moves = commits.map((to, at) => ({ ref: `refs/heads/${at}`, from: null, to }));
    const oids = entriesFor(readerOf(objects), [...moves, ...moves], new Set()).map(({ oid }) => oid);
    expect(new Set(oids).size).toBe(oids.length);
    expect(new Set(oids)).toEqual(new Set(objects.keys()));
  });

  it.each(['x2', 'c1', 'root'])('cannot be told where one is missing here: %s', (what) => {
    const { commits, objects, words } = history(one, two);
    const [gone] = [...words]
      .filter(([, word]) => word === what)
      .map(([oid]) => oid)
      .slice(-1);
    objects.delete(gone!);
    const moves = [{ ref: 'refs/heads/main', from: null, to: commits[1]! }];
    expect(() => entriesFor(readerOf(objects), moves, new Set([commits[0]!]))).toThrow(
      expect.objectContaining({
        code: 'PACK_INVALID',
        data: expect.objectContaining({ subject: gone }) as unknown,
      }) as Error,
    );
  });
});

it('of a history that begins anew are what differs from what the ref leaves, where the host has that', () => {
  const { commits, objects, words } = history(one, two);
  const [from, old] = [commits[0]!, objects.get(commits[1]!)!];
  const commit = makeCommit({ tree: parseCommit(old.body).tree, parent: null, time: 9, message: 'anew' });
  objects.set(commit.oid, commit);
  const sentFor = (known: readonly string[]) =>
    entriesFor(readerOf(objects), [{ ref: 'refs/heads/main', from, to: commit.oid }], new Set(known))
      .map(({ oid }) => words.get(oid) ?? 'anew')
      .sort();
  expect(sentFor([from])).toEqual(['anew', 'folder', 'root', 'x2']);
  expect(sentFor([])).toEqual(['anew', 'b', 'folder', 'root', 'x2', 'y']);
});

describe('a commit descends', () => {
  const { commits, objects } = history(one, two, one);
  const [first, , last] = commits as [string, string, string];
  it.each<[rule: string, commit: string, ancestor: string, isTrue: boolean]>([
    ['from itself', first, first, true],
    ['from its first parents', last, first, true],
    ['not from a later one', first, last, false],
    ['not from one that is not there', last, 'f'.repeat(40), false],
  ])('%s', (_, commit, ancestor, isTrue) => {
    expect(descends(readerOf(objects), commit, ancestor)).toBe(isTrue);
  });

  it('not where it is not there itself', () => {
    expect(descends(readerOf(objects), 'f'.repeat(40), first)).toBe(false);
  });
});
