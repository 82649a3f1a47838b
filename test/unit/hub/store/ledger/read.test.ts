import { describe, expect, it } from 'vitest';
import { folderTrees, newFolder, place } from '../../../../../hub/model/git-tree.ts';
import { restoreHint } from '../../../../../hub/store/ledger/chain.ts';
import { readingState, type OnDecoded } from '../../../../../hub/store/ledger/read.ts';
import { makeBlob, type GitObject, type Oid } from '../../../../../shared/lib/git/object.ts';
import { atOnce } from '../../../../../shared/lib/slices.ts';
import { readerOf } from '../../../../../hub/run/rehearsal/objects.ts';
import { channel } from '../../../../fixtures/hub/facts.ts';

const identity = { format: 1, channel, epoch: 3 };

/** A tree of JSON files, and what reads it. */
function written(files: Readonly<Record<string, unknown>>) {
  const objects = new Map<string, GitObject>();
  const folder = newFolder();
  for (const [path, value] of Object.entries(files)) {
    const blob = makeBlob(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
    objects.set(blob.oid, blob);
    place(folder, path.split('/'), blob.oid);
  }
  const { root, trees } = folderTrees(folder);
  for (const tree of trees) objects.set(tree.oid, tree);
  return { root, objects };
}

const readState = (objects: ReadonlyMap<Oid, GitObject>, tree: Oid, onDecoded: OnDecoded = () => undefined) =>
  atOnce(readingState(readerOf(objects), { tree, number: 7 }, onDecoded));
const read = (files: Readonly<Record<string, unknown>>, onDecoded: OnDecoded = () => undefined) => {
  const { root, objects } = written(files);
  return readState(objects, root, onDecoded);
};
const refused = expect.objectContaining({
  code: 'LEDGER_INVALID',
  message: 'the ledger cannot be read',
  data: { subject: 'number 7', hint: restoreHint },
}) as Error;

describe('the state in a tree', () => {
  it('has its identity, its number, and slices that are empty where they have no files', () => {
    expect(read({ 'ledger.json': identity })).toMatchObject({
      channel,
      epoch: 3,
      number: 7,
      source: null,
      documents: [],
      approvals: [],
    });
  });

  it('has what its files say, and tells which file each value came from', () => {
    const source = { repository: 'r', commit: 'c' };
    const decoded: unknown[] = [];
    const files = {
      'ledger.json': identity,
      'source.json': source,
      'documents/Application/default/a.json': { kind: 'Application', key: 'default/a' },
    };
    const state = read(files, (value, oid) => decoded.push([value, oid]));
    expect([state.source, state.documents.map(({ key }) => key)]).toEqual([source, ['default/a']]);
    expect(decoded).toContainEqual([state.source, makeBlob(Buffer.from(JSON.stringify(source))).oid]);
  });

  it.each<[rule: string, files: Readonly<Record<string, unknown>>]>([
    ['no identity', { 'source.json': { repository: 'r', commit: 'c' } }],
    ['an identity of another format', { 'ledger.json': { ...identity, format: 2 } }],
    ['an identity that is a folder', { 'ledger.json/x': identity }],
    ['a file that is no JSON', { 'ledger.json': identity, 'source.json': '{' }],
    ['a file of another shape', { 'ledger.json': identity, 'source.json': { repository: 'r' } }],
  ])('cannot be read with %s', (_, files) => {
    expect(() => read(files)).toThrow(refused);
  });

  it('cannot be read where an object of it is missing', () => {
    const { root, objects } = written({
      'ledger.json': identity,
      'documents/Application/default/a.json': { kind: 'Application', key: 'default/a' },
    });
    for (const oid of objects.keys()) {
      const rest = new Map([...objects].filter(([one]) => one !== oid));
      expect(() => readState(rest, root), oid).toThrow(refused);
    }
  });
});
