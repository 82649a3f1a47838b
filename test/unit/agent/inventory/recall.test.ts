import { describe, expect, it } from 'vitest';
import { pending } from '../../../../agent/inventory/entries.ts';
import { newInventoryMemory } from '../../../../agent/inventory/memory.ts';
import { ensureNamespace, isRestoredCluster, recall } from '../../../../agent/inventory/recall.ts';
import type { AgentState, Store, Stored } from '../../../../agent/model/inventory.ts';
import { testBundle } from '../../../fixtures/agent/apps.ts';
import { identity } from '../../../fixtures/agent/bundle.ts';
import { silentLog } from '../../../fakes/agent.ts';
import { fakeKube } from '../../../fakes/kube.ts';

const { signal } = new AbortController();
const id = '/ConfigMap/default/a';
const entry = { ...pending(id, 'default/one', null, 'n'), uid: 'u', applied: 'sha256:a', fieldsHash: 'h' } as const;
const storedAs = (state: Partial<AgentState> | null): Stored => ({
  state: state === null ? null : ({ registration: identity.registration, clusterUid: 'here', ...state } as AgentState),
  resourceVersion: '1',
  inventory: new Map([[id, entry]]),
});

async function recalled(stored: Stored) {
  const kube = fakeKube();
  kube.edit('/Namespace//kube-system', (object) => (object.metadata.uid = 'here'));
  let loads = 0;
  const store = { load: () => Promise.resolve((loads += 1) > 0 ? stored : stored) } as unknown as Store;
  const memory = { inventory: newInventoryMemory(), site: { current: {} } };
  const ports = { memory, store, kube, deps: { identity, log: silentLog }, signal };
  const [first, second] = [await recall(ports), await recall(ports)];
  expect(second).toBe(first);
  expect(loads).toBe(1);
  return first.inventory.get(id);
}

describe('what the cluster remembers', () => {
  it('is read once', async () => {
    expect(await recalled(storedAs({}))).toEqual(entry);
    expect(await recalled(storedAs(null))).toEqual(entry);
  });

  it('has no UIDs in a restored or copied cluster, and its nonces still', async () => {
    expect(await recalled(storedAs({ clusterUid: 'elsewhere' }))).toEqual({
      ...entry,
      uid: null,
      applied: null,
      fieldsHash: null,
    });
  });

  it('is refused when it belongs to another registration', async () => {
    await expect(recalled(storedAs({ registration: 'another' }))).rejects.toMatchObject({ code: 'WRONG_ADDRESSEE' });
  });
});

describe('a cluster counts as restored', () => {
  const bundle = testBundle({ generation: 5, apps: [] });
  it.each<[rule: string, state: Partial<AgentState> | null, isRestored: boolean]>([
    ['not when nothing is recorded', null, false],
    ['not when its UID is the recorded one', {}, false],
    ['when it has another UID', { clusterUid: 'elsewhere' }, true],
    ['until a newer generation than the restored one is published', { restoredAt: 5 }, true],
    ['no longer', { restoredAt: 4 }, false],
  ])('%s', (_, state, expected) => {
    expect(isRestoredCluster(storedAs(state), bundle, 'here')).toBe(expected);
  });
});

describe('a namespace that an application needs', () => {
  it('is created once for calls at the same time, by each account', async () => {
    const kube = fakeKube();
    const inventory = newInventoryMemory();
    const writerFor = (app: string) => ({ user: app.startsWith('a/') ? 'user' : null, kube });
    const ports = { memory: { inventory }, writerFor, signal };
    await Promise.all(['a/one', 'a/two', 'b/one', 'c/one'].map((app) => ensureNamespace(ports, 'shop', app)));
    expect(kube.writesLog).toEqual(['post Namespace/shop', 'post Namespace/shop']);
    expect(kube.read('/Namespace//shop')).toBeDefined();
    expect(inventory.creations.size).toBe(0);
  });

  it('that cannot be created is a failure, and is tried again', async () => {
    const kube = fakeKube();
    kube.fault = () => 'FORBIDDEN';
    const ports = { memory: { inventory: newInventoryMemory() }, writerFor: () => ({ user: null, kube }), signal };
    await expect(ensureNamespace(ports, 'shop', 'a/one')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    kube.fault = () => null;
    await ensureNamespace(ports, 'shop', 'a/one');
    expect(kube.read('/Namespace//shop')).toBeDefined();
  });
});
