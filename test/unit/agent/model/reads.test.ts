import { expect, it } from 'vitest';
import { readsOf, withoutReads, withReadsApart } from '../../../../agent/model/reads.ts';
import { filesToKeep } from '../../../../agent/inventory/kept.ts';
import { memoryContents } from '../../../../agent/model/contents.ts';
import { pending } from '../../../../agent/inventory/entries.ts';
import { configMap, plainApp, testBundle, type TestApp } from '../../../fixtures/agent/apps.ts';

const [a, b] = ['/ConfigMap/default/a', '/ConfigMap/default/b'];
const plain = plainApp('one', [configMap('a'), configMap('b')]);
const reading: TestApp = {
  ...plain,
  app: {
    ...plain.app,
    objects: plain.app.objects.map((one) => (one.id === a ? { ...one, policies: [{ type: 'read-only' }] } : one)),
  },
};
const bundle = testBundle({ generation: 1, apps: [reading] });
const inventory = new Map([a, b].map((id) => [id, pending(id, 'default/one', null, 'n')]));

it('what is only read is apart from what is written', () => {
  const [app] = withReadsApart(bundle).revision.apps;
  expect([app!.objects, readsOf(app!)].map((list) => list.map(({ id }) => id))).toEqual([[b], [a]]);
  expect(withReadsApart(bundle)).toBe(withReadsApart(bundle));
});

it('a bundle that reads nothing is the very same', () => {
  const without = testBundle({ generation: 1, apps: [plain] });
  expect(withReadsApart(without)).toBe(without);
});

it('what is only read is in the inventory no more, once that may start', () => {
  const selected = withReadsApart(bundle).revision.apps;
  expect([...withoutReads(inventory, { mayChange: true }, { selected }).keys()]).toEqual([b]);
  expect(withoutReads(inventory, { mayChange: false }, { selected })).toBe(inventory);
  expect(withoutReads(inventory, { mayChange: true }, { selected: [plain.app] })).toBe(inventory);
});

it('what is kept of a bundle has what is only read, too: it is verified as a whole after a restart', () => {
  const apart = withReadsApart(bundle);
  const files = filesToKeep({ bundle: apart, served: new Map(), contents: memoryContents() });
  expect([...files.keys()].sort()).toEqual(reading.app.objects.map(({ digest }) => digest).sort());
});
