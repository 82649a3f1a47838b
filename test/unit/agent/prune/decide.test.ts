import { describe, expect, it } from 'vitest';
import type { InventoryEntry } from '../../../../agent/model/inventory.ts';
import { decidePrune, type PruneInput } from '../../../../agent/prune/decide.ts';
import type { RetiredObject } from '../../../../shared/wire/revision.ts';
import { changeDigest } from '../../../../shared/wire/bundle.ts';
import { configMap, plainApp, exampleApp, testBundle } from '../../../fakes/apps.ts';
import { channelId, noon, registrationId } from '../../../fakes/bundle.ts';

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
