import { describe, expect, it } from 'vitest';
import { makeCommit } from '../../../../../hub/model/commit.ts';
import { commitNumber, linkedCommit, restoreHint, verifyChain } from '../../../../../hub/store/ledger/chain.ts';
import { makeObject, type GitObject } from '../../../../../shared/lib/git/object.ts';
import { readerOf } from '../../../../../hub/run/rehearsal/objects.ts';
import { hubKey } from '../../../../fixtures/hub/ledger.ts';

const [now, before, stranger] = ['n', 'b', 's'].map((letter) =>
  hubKey(Buffer.alloc(32, letter).toString('base64url')),
) as [ReturnType<typeof hubKey>, ReturnType<typeof hubKey>, ReturnType<typeof hubKey>];
const trust = { trusted: [now.publicKey], past: [before.publicKey, now.publicKey] };
const tree = '1'.repeat(40);

type Key = ReturnType<typeof hubKey> | null;

type Commits = readonly (readonly [number: number | null, key: Key])[];

/** Commits that follow each other, each with a number (null = it says none) and the key that signed it. */
function chain(...commits: Commits) {
  const objects = new Map<string, GitObject>();
  let parent: string | null = null;
  const oids = commits.map(([number, key]) => {
    const message = number === null ? 'none' : `a change\n\nNumber: ${number}`;
    const commit = makeCommit({ tree, parent, time: 1, message }, key?.sign);
    objects.set(commit.oid, commit);
    parent = commit.oid;
    return commit.oid;
  });
  return { objects, oids, head: oids.at(-1)!, reader: readerOf(objects) };
}

const refused = (why: string) =>
  expect.objectContaining({
    code: 'LEDGER_INVALID',
    message: `the ledger cannot be trusted: ${why}`,
    data: expect.objectContaining({ hint: restoreHint }) as unknown,
  }) as Error;
const unsigned = 'a commit is not signed by the hub';
const misnumbered = 'its commits are not numbered one by one';

describe('the head of a ledger', () => {
  it.each<[rule: string, commits: Commits]>([
    ['the first commit', [[1, now]]],
    [
      'numbered one above its parent',
      [
        [1, now],
        [2, now],
      ],
    ],
    [
      'whose parent a former key signed',
      [
        [7, before],
        [8, now],
      ],
    ],
  ])('is taken: %s', (_, commits) => {
    const { reader, head } = chain(...commits);
    expect(linkedCommit(reader, head, trust).tree).toBe(tree);
  });

  it.each<[rule: string, commits: Commits, why: string]>([
    ['a first commit with another number', [[2, now]], misnumbered],
    [
      'a number that is skipped',
      [
        [1, now],
        [3, now],
      ],
      misnumbered,
    ],
    [
      'the number of its parent',
      [
        [1, now],
        [1, now],
      ],
      misnumbered,
    ],
    [
      'no number',
      [
        [1, now],
        [null, now],
      ],
      misnumbered,
    ],
    [
      'a parent without a number',
      [
        [null, now],
        [2, now],
      ],
      misnumbered,
    ],
    ['no signature', [[1, null]], unsigned],
    ['the signature of a stranger', [[1, stranger]], unsigned],
    ['the signature of a former key', [[1, before]], unsigned],
    [
      'a parent that a stranger signed',
      [
        [1, stranger],
        [2, now],
      ],
      unsigned,
    ],
  ])('is refused: %s', (_, commits, why) => {
    const { reader, head } = chain(...commits);
    expect(() => linkedCommit(reader, head, trust)).toThrow(refused(why));
  });

  it('is refused where it is missing, damaged, or no commit', () => {
    const { objects, head } = chain([1, now]);
    const read = (object: GitObject | null) => linkedCommit({ ...readerOf(objects), read: () => object }, head, trust);
    expect(() => read(null)).toThrow(refused('a commit is missing'));
    expect(() => read(makeObject('blob', Buffer.from('x')))).toThrow(refused('a commit is missing'));
    expect(() => read(makeObject('commit', Buffer.from('x')))).toThrow(refused('a commit is damaged'));
  });

  it('is refused where it merges two histories', () => {
    const { objects, head } = chain([1, now]);
    const body = Buffer.from(makeCommit({ tree, parent: head, time: 1, message: 'm\n\nNumber: 2' }).body).toString();
    const merged = Buffer.from(body.replace(`parent ${head}`, `parent ${head}\nparent ${head}`));
    const signed = merged
      .toString()
      .replace('\n\n', `\ngpgsig ${now.sign(merged).trimEnd().replaceAll('\n', '\n ')}\n\n`);
    const merge = makeObject('commit', Buffer.from(signed));
    objects.set(merge.oid, merge);
    expect(() => linkedCommit(readerOf(objects), merge.oid, trust)).toThrow(refused(misnumbered));
  });
});

describe('a history that comes from elsewhere', () => {
  const good: Commits = [
    [1, before],
    [2, before],
    [3, now],
  ];

  it('is taken where every commit leads to the first', () => {
    const { reader, head } = chain(...good);
    expect(() => verifyChain(reader, { head, from: null }, trust)).not.toThrow();
  });

  it.each<[rule: string, commits: Commits, why: string]>([
    [
      'a stranger in its past',
      [
        [1, before],
        [2, stranger],
        [3, before],
        [4, now],
      ],
      unsigned,
    ],
    [
      'a gap in its past',
      [
        [1, before],
        [3, before],
        [4, before],
        [5, now],
      ],
      misnumbered,
    ],
    [
      'a head of a former key',
      [
        [1, before],
        [2, before],
      ],
      unsigned,
    ],
  ])('is refused: %s', (_, commits, why) => {
    const { reader, head } = chain(...commits);
    expect(() => verifyChain(reader, { head, from: null }, trust)).toThrow(refused(why));
  });

  it('is looked at from what is trusted already', () => {
    const { reader, head, oids } = chain([1, before], [2, stranger], [3, before], [4, before], [5, now]);
    expect(() => verifyChain(reader, { head, from: oids[2]! }, trust)).not.toThrow();
    expect(() => verifyChain(reader, { head, from: null }, trust)).toThrow(refused(unsigned));
  });
});

it.each<[message: string, number: number]>([
  ['x\n\nNumber: 12', 12],
  ['Number: 3\nNumber: 4', 3],
  ['x Number: 12', Number.NaN],
  ['Number: 1234567890123456', Number.NaN],
  ['Number: -1', Number.NaN],
  ['', Number.NaN],
])('the number of a commit that says %j is %d', (message, number) => {
  expect(commitNumber({ message } as Parameters<typeof commitNumber>[0])).toBe(number);
});
