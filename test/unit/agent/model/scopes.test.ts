import { describe, expect, it } from 'vitest';
import type { Inventory, InventoryEntry } from '../../../../agent/model/inventory.ts';
import type { KubeResource } from '../../../../agent/model/kube.ts';
import { readsOf, withReadsApart } from '../../../../agent/model/reads.ts';
import { locateBundle, locateInventory, scopesOf } from '../../../../agent/model/scopes.ts';
import { idOf, type KubeObject, type ObjectId } from '../../../../shared/model/object.ts';
import { contentOf } from '../../../../shared/wire/bundle.ts';
import { configMap, plainApp, testBundle } from '../../../fixtures/agent/apps.ts';

const pool = (name: string, namespace?: string): KubeObject => ({
  apiVersion: 't.example.com/v1',
  kind: 'Pool',
  metadata: { name, ...(namespace !== undefined && { namespace }) },
});
const guessed = 't.example.com/Pool/default/p1';
const wide = 't.example.com/Pool//p1';
const entryOf = (id: ObjectId, more: Partial<InventoryEntry> = {}): readonly [ObjectId, InventoryEntry] => [
  id,
  {
    id,
    apiVersion: 'v1',
    app: 'shop/one',
    revision: null,
    uid: 'u',
    nonce: 'n',
    applied: null,
    fieldsHash: null,
    ...more,
  },
];
const inventoryOf = (...entries: readonly (readonly [ObjectId, InventoryEntry])[]): Inventory => new Map(entries);
const empty = inventoryOf();
const served = (namespaced: boolean): KubeResource =>
  ({ group: 't.example.com', kind: 'Pool', namespaced }) as KubeResource;
const clusterWide = new Map([['t.example.com/Pool', false]]);
const namespaced = new Map([['t.example.com/Pool', true]]);

describe('the scope of a custom kind', () => {
  const kinds = ['t.example.com/Pool', '/ConfigMap'];
  it.each<[by: string, resources: readonly KubeResource[], inventory: Inventory, isNamespaced: boolean | undefined]>([
    ['what the server says', [served(false)], empty, false],
    ['what the server says, whatever was recorded', [served(true)], inventoryOf(entryOf(wide)), true],
    ['what was created, where the server does not say now', [], inventoryOf(entryOf(wide)), false],
    ['nothing, where an object is only about to be created', [], inventoryOf(entryOf(wide, { uid: null })), undefined],
    ['nothing, where nothing is known', [], empty, undefined],
  ])('is known by %s', (_, resources, inventory, expected) => {
    expect(scopesOf(kinds, resources, inventory).get('t.example.com/Pool')).toBe(expected);
  });

  it('is asked of no kind that the table has', () => {
    const lie = { group: '', kind: 'ConfigMap', namespaced: false } as KubeResource;
    expect(scopesOf(kinds, [lie], empty).size).toBe(0);
  });
});

describe('a bundle', () => {
  const app = plainApp('one', [pool('p1', 'default'), configMap('a')]);
  const bundle = testBundle({ generation: 2, apps: [app], retired: ['t.example.com/Pool/default/old'] });

  it('gets the ids that its objects have here, in every list, and keeps the name that the hub has for them', () => {
    const owned = { ...app.app, revisions: [{ name: 'one-v1', objects: [guessed] }] };
    const whole = { ...bundle, revision: { ...bundle.revision, apps: [owned] } };
    const located = locateBundle(whole, clusterWide, empty);
    const { apps, retired } = located.bundle.revision;
    expect(apps[0]?.objects.map(({ id }) => id)).toEqual([wide, '/ConfigMap/default/a']);
    expect(apps[0]?.revisions).toEqual([{ name: 'one-v1', objects: [wide] }]);
    expect(retired.map(({ id }) => id)).toEqual(['t.example.com/Pool//old']);
    expect([...located.hubIds]).toEqual([
      [wide, guessed],
      ['t.example.com/Pool//old', 't.example.com/Pool/default/old'],
    ]);
  });

  it('gets them in what serves until a delivery is done, too', () => {
    const from = contentOf(app.app);
    const only = plainApp('one', [configMap('a')]).app;
    for (const owned of [
      { ...app.app, from },
      { ...only, from },
    ]) {
      const whole = { ...bundle, revision: { ...bundle.revision, apps: [owned] } };
      const { bundle: here, clashes } = locateBundle(whole, clusterWide, empty);
      expect(here.revision.apps[0]?.from?.objects.map(({ id }) => id)).toContain(wide);
      expect(clashes.size).toBe(0);
    }
  });

  it('is the same value for as long as nothing changes', () => {
    expect(locateBundle(bundle, namespaced, empty).bundle).toBe(bundle);
    expect(locateBundle(bundle, new Map(), empty).bundle).toBe(bundle);
    const first = locateBundle(bundle, clusterWide, empty).bundle;
    expect(locateBundle(bundle, clusterWide, empty).bundle).toBe(first);
    const next = testBundle({ generation: 3, apps: [app] });
    const shared = { ...next, revision: { ...next.revision, apps: bundle.revision.apps } };
    expect(locateBundle(shared, clusterWide, empty).bundle.revision.apps[0]).toBe(first.revision.apps[0]);
  });

  it('keeps a namespace that is written, and gives the application’s to what needs one', () => {
    const two = plainApp('one', [pool('p1', 'team'), pool('p2')], {}, 'shop');
    const located = locateBundle(testBundle({ generation: 1, apps: [two] }), namespaced, empty).bundle;
    const ids = located.revision.apps[0]?.objects.map(({ id }) => id);
    expect(ids).toEqual(['t.example.com/Pool/team/p1', 't.example.com/Pool/shop/p2']);
  });

  it('finds a retired object where it was created', () => {
    const gone = testBundle({ generation: 1, apps: [], retired: [wide] });
    const there = 't.example.com/Pool/shop/p1';
    const located = locateBundle(gone, namespaced, inventoryOf(entryOf(there)));
    expect(located.bundle.revision.retired.map(({ id }) => id)).toEqual([there]);
    expect(locateBundle(gone, namespaced, empty).bundle.revision.retired.map(({ id }) => id)).toEqual([wide]);
  });

  it.each<[second: string, object: KubeObject, clashing: ObjectId]>([
    ['another namespace', pool('p1', 'other'), 't.example.com/Pool/other/p1'],
    ['no namespace', pool('p1'), guessed],
  ])('leaves out the second of two objects that are one here, with %s', (_, object, clashing) => {
    const apps = [app, plainApp('two', [object])];
    const located = locateBundle(testBundle({ generation: 1, apps }), clusterWide, empty);
    expect([...located.clashes.keys()]).toEqual([clashing]);
    const ids = located.bundle.revision.apps.flatMap((one) => one.objects.map(({ id }) => id));
    expect(ids.filter((id) => id === wide)).toHaveLength(1);
    expect(ids).toContain(clashing);
    expect(idOf(object)).toBeDefined();
  });
});

describe('an inventory', () => {
  it('has the ids that objects have here, what was recorded under them first', () => {
    const before = inventoryOf(entryOf(guessed, { uid: null, nonce: 'claimed' }));
    expect([...locateInventory(before, clusterWide)]).toEqual([entryOf(wide, { uid: null, nonce: 'claimed' })]);
    const both = inventoryOf(entryOf(guessed, { nonce: 'wrong' }), entryOf(wide));
    expect([...locateInventory(both, clusterWide)]).toEqual([entryOf(wide)]);
    expect([...locateInventory(inventoryOf(entryOf(wide)), namespaced)]).toEqual([
      entryOf('t.example.com/Pool/shop/p1'),
    ]);
  });

  it('is the same value where all are right', () => {
    const right = inventoryOf(entryOf(wide), entryOf('/ConfigMap/default/a'));
    expect(locateInventory(right, clusterWide)).toBe(right);
    expect(locateInventory(right, new Map())).toBe(right);
  });
});

it('what an application keeps, or only reads, has the id that it has here, as what another one has', () => {
  const one = plainApp('one', [pool('p1', 'default')]);
  const two = plainApp('two', [configMap('a'), pool('p2', 'default')]);
  const other = 't.example.com/Pool/default/p2';
  const objects = two.app.objects.map((each) =>
    each.id === other ? { ...each, policies: [{ type: 'read-only' as const }] } : each,
  );
  const keeping = { ...two, app: { ...two.app, objects, kept: [{ id: guessed, until: 'appDeleted' as const }] } };
  const bundle = withReadsApart(testBundle({ generation: 1, apps: [one, keeping] }));
  const found = locateBundle(bundle, clusterWide, empty);
  const [first, second] = found.bundle.revision.apps;
  expect([...found.clashes]).toEqual([]);
  expect(first!.objects.map(({ id }) => id)).toEqual([wide]);
  expect(second!.kept!.map(({ id }) => id)).toEqual([wide]);
  expect(readsOf(second!).map(({ id }) => id)).toEqual(['t.example.com/Pool//p2']);
});
