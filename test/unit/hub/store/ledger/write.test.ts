import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBetween, withChanges } from '../../../../../hub/model/changes.ts';
import { folderTrees, newFolder, place } from '../../../../../hub/model/git-tree.ts';
import type { Slices } from '../../../../../hub/model/state.ts';
import { treeFiles } from '../../../../../hub/model/tree-files.ts';
import { identityOf, identityPath } from '../../../../../hub/store/ledger/identity.ts';
import { writingChange, type WriteBase } from '../../../../../hub/store/ledger/write.ts';
import type { SliceFile } from '../../../../../hub/store/slices/slice.ts';
import { editsOf, emptyState, encodeSlices } from '../../../../../hub/store/slices/slices.ts';
import { makeBlob, type Oid } from '../../../../../shared/lib/git/object.ts';
import { atOnce } from '../../../../../shared/lib/slices.ts';
import { encode } from '../../../../../shared/wire/codec.ts';
import { memoryObjects } from '../../../../../hub/run/rehearsal/objects.ts';
import { channel, clusterRecord } from '../../../../fixtures/hub/facts.ts';
import { anySlices, bundleObjects } from '../../../../fixtures/hub/slices.ts';

const start = emptyState({ channel, epoch: 1 });
const rootFile = makeBlob(Buffer.from('{}'));
const identity: SliceFile = { path: [identityPath], value: identityOf(start) };

/** What writing the whole state makes, file by file, with nothing known of what was there before. */
function wholeTree(state: Slices): Oid {
  const folder = newFolder();
  for (const file of [identity, ...encodeSlices(state)]) {
    if ('tree' in file) place(folder, file.path, file.tree, 'folder');
    else place(folder, file.path, makeBlob(encode(file.value)).oid);
  }
  place(folder, ['root', '1.json'], rootFile.oid);
  return folderTrees(folder).root;
}

/** A ledger's tree that changes are written on, one after the other. */
async function begun() {
  const store = memoryObjects();
  const stored = new WeakMap<object, Oid>();
  await store.write(bundleObjects);
  let tree: Oid | null = null;
  const on = (): WriteBase => ({ objects: store, tree, carried: new Map([['root/1.json', rootFile]]), stored });
  const write = async (files: Parameters<typeof writingChange>[1]) => {
    const written = atOnce(writingChange(on(), files));
    await store.write(written.objects);
    for (const [value, oid] of written.fresh) stored.set(value, oid);
    tree = written.root;
    return written;
  };
  await write([identity, ...encodeSlices(start)]);
  return { store, write };
}

describe('a change that is written', () => {
  it('is what writing the whole state makes, byte for byte, whatever came before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anySlices, { minLength: 1, maxLength: 4 }), async (all) => {
        const { write } = await begun();
        let before = start;
        for (const slices of all) {
          const changes = changesBetween(before, slices);
          const after = withChanges(before, changes);
          const { root } = await write(editsOf(before, after, changes));
          expect(root).toBe(wholeTree(after));
          before = after;
        }
      }),
    );
  });

  it('has every object that the tree before it lacks', async () => {
    await fc.assert(
      fc.asyncProperty(anySlices, anySlices, async (one, two) => {
        const { store, write } = await begun();
        let before = start;
        for (const slices of [one, two]) {
          const changes = changesBetween(before, slices);
          const after = withChanges(before, changes);
          const { root } = await write(editsOf(before, after, changes));
          expect([...treeFiles(store, root).values()].filter((oid) => !store.has(oid))).toEqual([]);
          before = after;
        }
      }),
    );
  });

  it('of nothing is the very same tree, and no object but those that travel along', async () => {
    const { write } = await begun();
    const { objects } = await write([]);
    expect(objects).toEqual([rootFile]);
  });

  it('encodes nothing that is stored already', async () => {
    const { write } = await begun();
    const record = clusterRecord('a');
    const join = { clusters: new Map([['a', record]]) };
    const joined = withChanges(start, join);
    await write(editsOf(start, joined, join));
    const leave = { clusters: new Map([['a', null]]) };
    const left = withChanges(joined, leave);
    await write(editsOf(joined, left, leave));
    const { objects } = await write(editsOf(left, withChanges(left, join), join));
    expect(objects.filter(({ type }) => type === 'blob')).toEqual([rootFile]);
  });

  it('touches only the file of an entry that differs', () => {
    const [one, two] = ['a', 'b'].map((name) => clusterRecord(name));
    const before = {
      ...start,
      clusters: new Map([
        ['a', one!],
        ['b', two!],
      ]),
    };
    const changes = { clusters: new Map([['a', clusterRecord('a', { revoked: true })]]) };
    const edits = editsOf(before, withChanges(before, changes), changes);
    expect(edits.map(({ path }) => path.join('/'))).toEqual(['clusters/ca/a.json']);
    const same = { clusters: new Map([['a', one!]]) };
    expect(editsOf(before, withChanges(before, same), same)).toEqual([]);
  });
});
