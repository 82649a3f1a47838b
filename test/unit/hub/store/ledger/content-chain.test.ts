import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { folderTrees, newFolder, place } from '../../../../../hub/model/git-tree.ts';
import { chainIn, chaining } from '../../../../../hub/store/ledger/content-chain.ts';
import { makeBlob, type GitObject } from '../../../../../shared/lib/git/object.ts';
import { atOnce } from '../../../../../shared/lib/slices.ts';
import { readerOf } from '../../../../../hub/run/rehearsal/objects.ts';

type Files = Readonly<Record<string, string>>;

const objects = new Map<string, GitObject>();
const reader = readerOf(objects);

function treeOf(files: Files): string {
  const folder = newFolder();
  for (const [path, text] of Object.entries(files)) {
    const blob = makeBlob(Buffer.from(text));
    objects.set(blob.oid, blob);
    place(folder, path.split('/'), blob.oid);
  }
  const { root, trees } = folderTrees(folder);
  for (const tree of trees) objects.set(tree.oid, tree);
  return root;
}

const after = (before: Files | null, next: Files, chain = 'before') =>
  atOnce(chaining(reader, { chain, tree: before === null ? null : treeOf(before) }, treeOf(next)));
const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const bundle = { 'bundles/00/a/bundle/revision.json': 'r', 'bundles/00/a/bundle/revision.sig': 's' };

describe('the sha256 chain of a ledger', () => {
  it('is over the one before and a line for each file that differs, which anyone can compute', () => {
    const before = { 'a/kept': 'k', 'a/other': '1', gone: 'g' };
    const next = { 'a/kept': 'k', 'a/other': '2', new: 'n' };
    expect(after(before, next)).toBe(sha(`before\na/other ${sha('2')}\ngone -\nnew ${sha('n')}`));
    expect(after(before, before)).toBe(sha('before'));
    expect(after(null, { one: '1' }, '')).toBe(sha(`\none ${sha('1')}`));
  });

  it.each<[what: string, before: Files, next: Files]>([
    ['another file', { a: '1' }, { a: '2' }],
    ['another name', { a: '1' }, { b: '1' }],
    ['a file that is gone', { a: '1', b: '2' }, { a: '1' }],
    ['a folder in place of a file', { a: '1' }, { 'a/b': '1' }],
    ['another revision of a bundle', bundle, { ...bundle, 'bundles/00/a/bundle/revision.json': 'r2' }],
  ])('is told from that of the same state with %s', (_, before, next) => {
    const chains = new Set([after(before, before), after(before, next), after(next, before)]);
    expect(chains.size).toBe(3);
  });

  it('does not read the files of a bundle that its signed document names with their digests', () => {
    const file = 'bundles/00/a/bundle/objects/x.json';
    expect(after(bundle, { ...bundle, [file]: 'x' })).toBe(after(bundle, bundle));
    const other = 'bundles/00/a/state.json';
    expect(after(bundle, { ...bundle, [other]: 'x' })).not.toBe(after(bundle, bundle));
  });

  it.each([
    [`a change\n\nChain: ${'a'.repeat(64)}\nNumber: 2\n`, 'a'.repeat(64)],
    ['a change\n\nNumber: 2\n', ''],
    [`say Chain: ${'a'.repeat(64)}\n\nNumber: 2\n`, ''],
  ])('is read from a message: %j', (message, chain) => {
    expect(chainIn(message)).toBe(chain);
  });
});
