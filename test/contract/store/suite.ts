import { clusterRecord, revisionRecord } from '../../fixtures/hub/facts.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mergeChanges, withChanges, type Changes } from '../../../hub/model/changes.ts';
import type { Store, View } from '../../../hub/model/store.ts';
import { treeFiles } from '../../../hub/model/tree-files.ts';
import { at, document, nextBundle } from '../../fixtures/hub/store.ts';

/** Where a writer dies: just before the step that makes a commit count, or just after it. */
export type Crash = 'before the commit point' | 'after the commit point';

/** One database that several writers share, begun with an empty state. */
export interface Database {
  /** One more writer: what it knows, it has read from the database. With `crash` its next commit dies there. */
  readonly open: (crash?: Crash) => Promise<Store>;
  readonly close: () => void;
}

/** What every Store must do, whatever it keeps its state in. `begin` makes a new database. */
export function storeContract(begin: () => Promise<Database>): void {
  let database: Database;
  let store: Store;
  beforeEach(async () => {
    database = await begin();
    store = await database.open();
  });
  afterEach(() => database.close());

  const commit = (view: View, changes: Changes, on = store): Promise<View> =>
    on.commit({ base: view.base, changes, message: 'a change', at });
  const joining = (...names: readonly string[]): Changes => ({
    clusters: new Map(names.map((name) => [name, clusterRecord(name)])),
  });
  const other = async (): Promise<View> => (await database.open()).read();
  const raced = expect.objectContaining({ code: 'LEDGER_RACED' }) as Error;

  describe('a commit', () => {
    it('is read by its writer and by others: every slice', async () => {
      const first = await store.read();
      const { bundle, objects } = nextBundle('a', null, ['web']);
      const changes: Changes = {
        source: { repository: 'https://git.example/config', commit: 'abc' },
        documents: new Map([['Application default/web', document('default/web')]]),
        revisions: new Map([
          ['default/web', { records: [revisionRecord('default/web', 1)], newest: 'web-v1' }],
          ['default/gone', { records: [], newest: 'gone-v3' }],
        ]),
        clusters: new Map([['a', clusterRecord('a')]]),
        picks: new Map([['__proto__', ['a']]]),
        bundles: new Map([['a', bundle]]),
        problems: [{ code: 'NAME_TAKEN', message: 'taken', severity: 'error' }],
      };
      const view = await store.commit({ base: first.base, changes, message: 'all', at, objects });
      expect(view).toEqual({ ...withChanges(first, changes), number: first.number + 1, base: view.base });
      expect(await store.read()).toBe(view);
      expect(await other()).toEqual(view);
    });

    it('adds, replaces and removes entries, and leaves all others and all other slices as they are', async () => {
      const one = await commit(await store.read(), { ...joining('a', 'b', 'c'), picks: new Map([['web', ['a']]]) });
      const two = await commit(one, {
        clusters: new Map([
          ['a', null],
          ['b', clusterRecord('b', { revoked: true })],
          ['d', clusterRecord('d')],
        ]),
      });
      expect([...two.clusters.keys()].sort()).toEqual(['b', 'c', 'd']);
      expect(two.clusters.get('b')).toEqual(clusterRecord('b', { revoked: true }));
      expect(two.clusters.get('c')).toBe(one.clusters.get('c'));
      expect(two.picks).toBe(one.picks);
      expect(await other()).toEqual(two);
    });

    it('is counted', async () => {
      const first = await store.read();
      const one = await commit(first, joining('a'));
      const two = await commit(one, joining('b'));
      expect([one.number, two.number].map((number) => number - first.number)).toEqual([1, 2]);
    });

    it('of nothing new is none: the view stays the very same', async () => {
      const one = await commit(await store.read(), joining('a'));
      expect(await commit(one, {})).toBe(one);
      expect(await commit(one, { clusters: new Map([['nobody', null]]) })).toBe(one);
      expect((await other()).base).toBe(one.base);
    });
  });

  describe('changes that wait', () => {
    it('of different slices become one commit with both', async () => {
      const first = await store.read();
      const merged = mergeChanges(joining('a'), { picks: new Map([['web', ['a']]]) });
      const view = await commit(first, merged);
      expect([[...view.clusters.keys()], [...view.picks]]).toEqual([['a'], [['web', ['a']]]]);
      expect(view.number).toBe(first.number + 1);
      expect(await other()).toEqual(view);
    });

    it('of the same entry count in their order, each decided with the one before as an overlay', async () => {
      const first = await store.read();
      const joined = joining('a', 'b');
      const overlay = withChanges(first, joined);
      expect(overlay.clusters.size).toBe(2);
      const record = overlay.clusters.get('a');
      const labelled: Changes = {
        clusters: new Map([['a', clusterRecord('a', { ...record, labels: { tier: 'edge' } })]]),
      };
      const view = await commit(first, mergeChanges(joined, labelled));
      expect(view.clusters.get('a')?.labels).toEqual({ tier: 'edge' });
      expect(view.clusters.has('b')).toBe(true);
    });
  });

  describe('two writers', () => {
    it('let the first one win and tell the other, which reads and commits again', async () => {
      const rival = await database.open();
      const [mine, theirs] = [await store.read(), await rival.read()];
      await commit(mine, joining('a'));
      await expect(commit(theirs, { picks: new Map([['web', ['a']]]) }, rival)).rejects.toThrow(raced);
      const again = await rival.read();
      expect([[...again.clusters.keys()], again.picks.size]).toEqual([['a'], 0]);
      await commit(again, { picks: new Map([['web', ['a']]]) }, rival);
      const view = await store.read();
      expect([[...view.clusters.keys()], [...view.picks.keys()]]).toEqual([['a'], ['web']]);
    });

    it('that commit at the same time: exactly one wins', async () => {
      const rivals = await Promise.all(Array.from({ length: 5 }, () => database.open()));
      const views = await Promise.all(rivals.map((rival) => rival.read()));
      const results = await Promise.allSettled(
        rivals.map((rival, i) => commit(views[i] ?? expect.fail(), joining(`c${i}`), rival)),
      );
      const lost = results.filter((result) => result.status === 'rejected');
      expect(lost.map(({ reason }) => (reason as { code: string }).code)).toEqual(Array(4).fill('LEDGER_RACED'));
      expect((await other()).clusters.size).toBe(1);
    });

    it('are told apart from one writer that goes on from a view that it used already', async () => {
      const first = await store.read();
      await commit(first, joining('a'));
      await expect(commit(first, joining('b'))).rejects.toThrow(raced);
      expect([...(await other()).clusters.keys()]).toEqual(['a']);
    });
  });

  describe('a commit that does not end well', () => {
    it('leaves the state as it was when the work before it fails', async () => {
      const one = await commit(await store.read(), joining('a'));
      const { bundle, objects } = nextBundle('a', null, ['web']);
      const failing = store.commit({
        base: one.base,
        changes: { ...joining('b'), bundles: new Map([['a', bundle]]) },
        objects,
        message: 'no disk',
        at,
        before: Promise.reject(new Error('no disk')),
      });
      await expect(failing).rejects.toThrow('no disk');
      expect(await store.read()).toBe(one);
      expect(await other()).toEqual(one);
      expect((await commit(one, joining('b'))).clusters.size).toBe(2);
    });

    it('does not count when its writer dies before the commit point', async () => {
      const one = await commit(await store.read(), joining('a'));
      const dying = await database.open('before the commit point');
      await expect(commit(await dying.read(), joining('b'), dying)).rejects.toThrow();
      expect(await other()).toEqual(one);
      expect((await commit(one, joining('c'))).clusters.size).toBe(2);
    });

    it('counts whole when its writer dies after the commit point', async () => {
      const one = await commit(await store.read(), joining('a'));
      const { bundle, objects } = nextBundle('a', null, ['web']);
      const dying = await database.open('after the commit point');
      const changes = { ...joining('b'), bundles: new Map([['a', bundle]]) };
      const base = (await dying.read()).base;
      await expect(dying.commit({ base, changes, objects, message: 'publish', at })).rejects.toThrow();
      const survivor = await database.open();
      const view = await survivor.read();
      expect([[...view.clusters.keys()], [...view.bundles.keys()]]).toEqual([['a', 'b'], ['a']]);
      expect(survivor.objects.read(bundle.tree)?.oid).toBe(bundle.tree);
      await expect(commit(one, joining('c'))).rejects.toThrow(raced);
      expect((await commit(await store.read(), joining('c'))).clusters.size).toBe(3);
    });
  });

  describe('published bundles', () => {
    const publish = async (before: View, ...apps: readonly string[]): Promise<View> => {
      const previous = before.bundles.get('a') ?? null;
      const { bundle, objects } = nextBundle('a', previous, apps, store.objects);
      const changes = { ...joining('a'), bundles: new Map([['a', bundle]]) };
      return store.commit({ base: before.base, changes, objects, message: 'publish', at });
    };

    it('keep their objects: another writer reads every file', async () => {
      const view = await publish(await publish(await store.read(), 'web'), 'web', 'api');
      const { objects } = await database.open();
      const { tree } = view.bundles.get('a') ?? expect.fail();
      const names = [...treeFiles(objects, tree).keys()].sort();
      expect(names.map((path) => path.split('/').at(-1))).toEqual([
        'api.json',
        'web.json',
        'revision.json',
        'revision.sig',
      ]);
      expect(objects.has(tree)).toBe(true);
      expect(objects.packed(tree)?.size).toBe(objects.read(tree)?.body.length);
      expect([objects.has('0'.repeat(40)), objects.read('0'.repeat(40)), objects.packed('0'.repeat(40))]).toEqual([
        false,
        null,
        null,
      ]);
    });

    it('are remembered: every id that a registration was ever sent, and no other', async () => {
      const one = await publish(await store.read(), 'web');
      const two = await publish(one, 'api');
      await commit(two, { bundles: new Map([['a', null]]) });
      const { registration } = clusterRecord('a');
      const [web, api, never] = ['/ConfigMap/default/web', '/ConfigMap/default/api', '/ConfigMap/default/never'];
      for (const each of [store, await database.open()]) {
        expect(await each.published('a', registration, new Set([web, api, never]))).toEqual(new Set([web, api]));
        expect(await each.published('a', registration, new Set([never]))).toEqual(new Set());
        expect(await each.published('b', registration, new Set([web]))).toEqual(new Set());
        expect(await each.published('a', clusterRecord('b').registration, new Set([web]))).toEqual(new Set());
      }
    });
  });
}
