import { describe, expect, it } from 'vitest';
import type { InventoryEntry } from '../../../../agent/model/inventory.ts';
import { decidePrune, type PruneInput } from '../../../../agent/prune/decide.ts';
import type { RetiredObject } from '../../../../shared/wire/revision.ts';
import { changeDigest } from '../../../../shared/wire/bundle.ts';
import { configMap, plainApp, exampleApp, testBundle } from '../../../fixtures/agent/apps.ts';
import { channelId, noon, registrationId } from '../../../fixtures/agent/bundle.ts';
import { delivering } from '../../../fixtures/agent/steps.ts';

const entry = (id: string, change: Partial<InventoryEntry> = {}): [string, InventoryEntry] => [
  id,
  {
    id,
    apiVersion: 'v1',
    app: 'default/old',
    revision: null,
    uid: 'u',
    nonce: 'n',
    applied: null,
    fieldsHash: null,
    ...change,
  },
];
const maps = (count: number) => Array.from({ length: count }, (_, n) => `/ConfigMap/default/m${n}`);

function input(ids: readonly string[], change: Partial<PruneInput> = {}): PruneInput {
  return {
    revision: testBundle({ generation: 2, apps: [], retired: ids }).revision,
    hubIds: new Map(),
    inventory: new Map(ids.map((id) => entry(id))),
    deletions: [],
    counted: new Set(),
    now: noon,
    stop: null,
    offLimits: () => null,
    troubles: new Map(),
    faults: new Map(),
    ...change,
  };
}

describe('what may be deleted', () => {
  it('is inventoried, absent and retired, and nothing else', () => {
    const revision = testBundle({
      generation: 2,
      apps: [plainApp('a', [configMap('kept')])],
      retired: ['/ConfigMap/default/gone', '/ConfigMap/default/kept', '/ConfigMap/default/never-ours'],
    }).revision;
    const inventory = new Map(['gone', 'kept', 'forgotten'].map((name) => entry(`/ConfigMap/default/${name}`)));
    const decision = decidePrune(input([], { revision, inventory }));
    expect([...decision.removable]).toEqual(['/ConfigMap/default/gone']);
    expect(decision.unexplained).toEqual(['/ConfigMap/default/forgotten']);
  });

  it.each<[string, Partial<RetiredObject>, Partial<InventoryEntry>, 'deleted' | 'let go of']>([
    [
      '2.23 let go of, where a delivery took it over that goes back',
      { delivery: 'default/a#2' },
      { adopted: true },
      'let go of',
    ],
    ['deleted, where that delivery made it', { delivery: 'default/a#2' }, {}, 'deleted'],
    ['deleted, where it was taken over and a later document has it no more', {}, { adopted: true }, 'deleted'],
    ['let go of, where the bundle says so', { how: 'release' }, {}, 'let go of'],
  ])('is %s', (_, retired, known, expected) => {
    const id = '/ConfigMap/default/pg';
    const { revision } = testBundle({ generation: 2, apps: [], retired: [] });
    const listed = { ...revision, retired: [{ id, since: 2, ...retired }] };
    const { removable, released } = decidePrune(
      input([], { revision: listed, inventory: new Map([entry(id, known)]) }),
    );
    expect([[...removable], [...released]]).toEqual(expected === 'deleted' ? [[id], []] : [[], [id]]);
  });

  it('is nothing of what serves until a delivery is done, retired or not, and that is not unexplained', () => {
    const [from, to] = [plainApp('a', [configMap('old')]), plainApp('a', [configMap('new')])];
    const { revision } = testBundle({
      generation: 2,
      apps: [delivering(from, to)],
      retired: ['/ConfigMap/default/gone'],
    });
    const inventory = new Map(['gone', 'old', 'new'].map((name) => entry(`/ConfigMap/default/${name}`)));
    const listed = { ...revision, retired: [...revision.retired, { id: '/ConfigMap/default/old', since: 2 }] };
    const decision = decidePrune(input([], { revision: listed, inventory }));
    expect([[...decision.removable], decision.unexplained]).toEqual([['/ConfigMap/default/gone'], []]);
  });

  it('is what another application wants now and must be made anew for, whether or not it is retired; it counts for nothing', () => {
    const claim = plainApp('new', [configMap('a'), configMap('b')]);
    const [a, b] = claim.app.objects;
    const refused = (one = a!) => ({ app: 'default/new', handover: { from: 'default/old', refused: one.digest } });
    const inventory = new Map([entry(a!.id, refused()), entry(b!.id, { handover: { from: 'default/old' } })]);
    const { revision } = testBundle({ generation: 2, apps: [claim] });
    const decision = decidePrune(input([], { revision, inventory }));
    expect([[...decision.removable], [...decision.toCount], decision.unexplained]).toEqual([[a!.id], [], []]);
    const stopped = decidePrune(input([], { revision, inventory, stop: 'the bundle is not fresh' }));
    expect(stopped.removable.size).toBe(0);
    const newer = testBundle({ generation: 3, apps: [plainApp('new', [configMap('a', 'other')])] }).revision;
    expect(decidePrune(input([], { revision: newer, inventory })).removable.size).toBe(0);
  });

  it('is nothing while something stops it, with the reason', () => {
    const decision = decidePrune(input(maps(1), { stop: 'the bundle is not fresh' }));
    expect(decision.removable.size).toBe(0);
    expect(decision.kept.map((row) => row.reason)).toEqual(['the bundle is not fresh']);
  });

  it('stops at the limit, one application as a whole', () => {
    expect(decidePrune(input(maps(10))).removable.size).toBe(10);
    const over = decidePrune(input(maps(11)));
    expect(over.removable.size).toBe(0);
    expect(over.isLimited).toBe(true);
    expect(over.limitText).toBe(
      'the limit of deletions is reached: 10 objects in 24 h without an approval; these are more than that at once',
    );
  });

  it.each<[string, Partial<InventoryEntry>, { named?: string | undefined; told?: number | null }, boolean]>([
    ['of what the very delivery made that goes back', { delivery: 'default/old#2' }, {}, false],
    ['of what it made, once an earlier content is told', { delivery: 'default/old#2' }, { told: 1 }, false],
    ['of what it made, where that content was no delivery', { delivery: 'default/old#2' }, { told: null }, false],
    ['of what was there before', {}, {}, true],
    ['of what an earlier delivery made', { delivery: 'default/old#1' }, {}, true],
    [
      'of what an earlier one made, where that is named',
      { delivery: 'default/old#1' },
      { named: 'default/old#1' },
      true,
    ],
    ['of what that of another application made', { delivery: 'default/other#2' }, {}, true],
    ['of what that one made, where that is named', { delivery: 'default/other#2' }, { named: 'default/other#2' }, true],
    ['of what a later one made, where this one is named', { delivery: 'default/old#3' }, {}, true],
    ['where no delivery goes back', { delivery: 'default/old#2' }, { named: undefined }, true],
  ])('counts against the limit or not: %s', (_, known, { told = 2, ...goesBack }, isLimited) => {
    const ids = maps(11);
    const { app, objects } = plainApp('old', [configMap('stays')]);
    const delivery = { number: told ?? 0, attempt: 1, action: 'run' as const, steps: [] };
    const staying = { app: told === null ? app : { ...app, delivery }, objects };
    const { revision } = testBundle({ generation: 2, apps: [staying], retired: [] });
    const { named } = { named: 'default/old#2', ...goesBack };
    const retired = ids.map((id) => ({ id, since: 2, delivery: named }));
    const inventory = new Map(ids.map((id) => entry(id, known)));
    const decision = decidePrune(input(ids, { revision: { ...revision, retired }, inventory }));
    expect([decision.isLimited, decision.removable.size]).toEqual(isLimited ? [true, 0] : [false, 11]);
    expect(decision.toCount.size).toBe(0);
  });

  it('counts what a delivery made of an application that goes as a whole', () => {
    const ids = maps(11);
    const { revision } = testBundle({ generation: 2, apps: [], retired: [] });
    const retired = ids.map((id) => ({ id, since: 2, delivery: 'default/old#2' }));
    const inventory = new Map(ids.map((id) => entry(id, { delivery: 'default/old#2' })));
    const decision = decidePrune(input(ids, { revision: { ...revision, retired }, inventory }));
    expect([decision.isLimited, decision.removable.size]).toEqual([true, 0]);
  });

  it('says when the next deletions go by themselves', () => {
    const hours = 3_600_000;
    const deletions = [
      { at: noon - 23 * hours, count: 2 },
      { at: noon - 20 * hours, count: 6 },
    ];
    const decision = decidePrune(input(maps(5), { deletions }));
    const at = new Date(noon + 4 * hours).toISOString();
    expect(decision.limitText).toContain(`the next go by themselves at ${at}`);
    expect(decision.kept[0]?.reason).toBe(decision.limitText);
    expect(decidePrune(input(maps(4), { deletions })).limitText).toContain(new Date(noon + hours).toISOString());
    expect(decidePrune(input(maps(2), { deletions })).limitText).toBe('');
  });

  it('counts what was deleted in the last 24 hours, and no longer', () => {
    const hours = 3_600_000;
    expect(decidePrune(input(maps(5), { deletions: [{ at: noon - 23 * hours, count: 6 }] })).removable.size).toBe(0);
    expect(decidePrune(input(maps(5), { deletions: [{ at: noon - 25 * hours, count: 6 }] })).removable.size).toBe(5);
  });

  it('does not stop what was counted already: a deletion that was begun is finished', () => {
    const ids = maps(10);
    expect(
      decidePrune(input(ids, { deletions: [{ at: noon, count: 10 }], counted: new Set(ids) })).removable.size,
    ).toBe(10);
  });

  it('goes beyond the limit and takes protected kinds only with an approval that covers them', () => {
    const ids = [...maps(30), '/PersistentVolumeClaim/default/data'];
    const facts = { channel: channelId, registration: registrationId, generation: 2, ids };
    const change = changeDigest(facts);
    const retired: RetiredObject[] = ids.map((id) => ({ id, since: 2, approval: change }));
    const approval = { change, generation: 2, ids, by: 'ops', at: '2026-06-01T12:00:00Z' };
    const approved = testBundle({ generation: 2, apps: [], retired, approvals: [approval] }).revision;
    expect(decidePrune(input(ids, { revision: approved })).removable.size).toBe(31);
    const tampered = testBundle({
      generation: 2,
      apps: [],
      retired,
      approvals: [{ ...approval, ids: ids.slice(1) }],
    }).revision;
    expect(decidePrune(input(ids, { revision: tampered })).removable.size).toBe(0);
    const claim = decidePrune(input(['/PersistentVolumeClaim/default/data']));
    expect(claim.kept[0]?.reason).toContain('protected');
  });

  it('does not count a revision that makes way for another of its application', () => {
    const ids = maps(12);
    const app = exampleApp([{ n: 2, replicas: 1, weight: 100 }]);
    const revision = testBundle({ generation: 2, apps: [app], retired: ids }).revision;
    const inventory = new Map(ids.map((id) => entry(id, { app: 'default/example', revision: 'example-v1' })));
    expect(decidePrune(input(ids, { revision, inventory })).removable.size).toBe(12);
  });
});

describe('a retired object', () => {
  const [first, second] = ['/ConfigMap/default/m0', '/ConfigMap/default/m1'];
  const ids = [first, second];
  const claim = '/PersistentVolumeClaim/default/data';
  const row = { id: first, app: 'default/old', action: 'failed', reason: 'r' } as const;
  const fault = (digest: string | null) => new Map([[first, { row, digest, attempts: 0, until: 0 }]]);
  const words = (of: readonly string[], change: Partial<PruneInput>): string => {
    const { removable, kept } = decidePrune(input(of, change));
    return [
      ...[...removable].map((id) => `delete ${nameOf(id)}`),
      ...kept.map((one) => `keep ${nameOf(one.id)}: ${one.reason}`),
    ].join('; ');
  };
  const nameOf = (id: string) => id.slice(id.lastIndexOf('/') + 1);

  it.each<[rule: string, of: readonly string[], change: Partial<PruneInput>, words: string]>([
    ['goes', ids, {}, 'delete m0; delete m1'],
    [
      'stays while another object of its application is not applied',
      ids,
      { faults: fault('sha256:new') },
      'keep m0: an object of its application is not applied; keep m1: an object of its application is not applied',
    ],
    ['goes although another one could not be deleted', ids, { faults: fault(null) }, 'delete m0; delete m1'],
    [
      'goes although an object of another application is not applied',
      ids,
      { faults: fault('sha256:new'), inventory: new Map([entry(first, { app: 'default/other' }), entry(second)]) },
      'delete m1; keep m0: an object of its application is not applied',
    ],
    [
      'stays while a kind of its application cannot be listed',
      [first, claim],
      { troubles: new Map([['/PersistentVolumeClaim', { code: 'FORBIDDEN' }]]) },
      'keep m0: /PersistentVolumeClaim cannot be listed; keep data: /PersistentVolumeClaim cannot be listed',
    ],
    [
      'goes when a kind of its application is not served: such objects cannot exist',
      ids,
      { troubles: new Map([['/ConfigMap', { code: 'KIND_UNKNOWN' }]]) },
      'delete m0; delete m1',
    ],
    [
      'stays when it is off limits, alone',
      ids,
      { offLimits: (id, app) => (id === first && app === 'default/old' ? 'off limits' : null) },
      'delete m1; keep m0: off limits',
    ],
    [
      'stays for the first of several reasons',
      [claim],
      { stop: 'the bundle is not fresh', offLimits: () => 'off limits' },
      'keep data: the bundle is not fresh',
    ],
    [
      'of a protected kind stays without an approval',
      [claim],
      {},
      'keep data: its kind is protected: deleting it needs an approval',
    ],
  ])('%s', (_, of, change, expected) => {
    expect(words(of, change)).toBe(expected);
  });
});

describe('the deletions that count against the limit', () => {
  const [first, second] = ['/ConfigMap/default/m0', '/ConfigMap/default/m1'];
  const ids = [first, second];
  const counted = (change: Partial<PruneInput>) => [...decidePrune(input(ids, change)).toCount];
  const app = exampleApp([{ n: 2, replicas: 1, weight: 100 }]);
  const inApp = (apps: readonly (typeof app)[], revision: string | null): Partial<PruneInput> => ({
    revision: testBundle({ generation: 2, apps, retired: ids }).revision,
    inventory: new Map(ids.map((id) => entry(id, { app: 'default/example', revision }))),
  });

  it.each<[rule: string, change: Partial<PruneInput>, counted: readonly string[]]>([
    ['are all that may be deleted', {}, ids],
    ['are none that may not', { stop: 'held' }, []],
    ['are none that are counted already', { counted: new Set([first]) }, [second]],
    [
      'are none of objects that were never created',
      { inventory: new Map([entry(first, { uid: null }), entry(second)]) },
      [second],
    ],
    ['are none of a revision that another one replaces', inApp([app], 'example-v1'), []],
    ['are those of an object that all revisions share', inApp([app], null), ids],
    ['are those of the revisions of an application that is gone', inApp([], 'example-v1'), ids],
    ['are those of the revisions of an application that has none any more', inApp([exampleApp([])], 'example-v1'), ids],
  ])('%s', (_, change, expected) => {
    expect(counted(change)).toEqual(expected);
  });

  it('are limited by what was there before the deletions of the day', () => {
    const inventory = new Map(maps(50).map((id) => entry(id)));
    const deletions = [{ at: noon, count: 5 }];
    expect(decidePrune(input(maps(6), { inventory, deletions })).removable.size).toBe(6);
    expect(decidePrune(input(maps(7), { inventory, deletions })).removable.size).toBe(0);
  });

  it('keep an application that is beyond the limit, and no other', () => {
    const many = maps(12);
    const appOf = (n: number) => (n < 10 ? 'default/a' : 'default/b');
    const inventory = new Map(many.map((id, n) => entry(id, { app: appOf(n) })));
    const decision = decidePrune(input(many, { inventory }));
    expect([decision.removable.size, decision.kept.length, decision.isLimited]).toEqual([10, 2, true]);
    expect(decidePrune(input(ids)).isLimited).toBe(false);
  });
});
