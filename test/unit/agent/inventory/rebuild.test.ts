import { describe, expect, it } from 'vitest';
import { newInventoryMemory } from '../../../../agent/inventory/memory.ts';
import { rebuild } from '../../../../agent/inventory/rebuild.ts';
import type { AgentState, InventoryEntry, Stored } from '../../../../agent/model/inventory.ts';
import type { LiveObject } from '../../../../agent/model/live.ts';
import type { KubeObject, ObjectId } from '../../../../shared/model/object.ts';
import { silentLog } from '../../../fakes/agent.ts';
import { configMap, exampleApp, plainApp, testBundle } from '../../../fixtures/agent/apps.ts';
import { identity } from '../../../fixtures/agent/bundle.ts';
import { fakeKube } from '../../../fakes/kube.ts';

const one = plainApp('one', [configMap('a'), configMap('b')]);
const example = exampleApp([{ n: 1, replicas: 1, weight: 100 }]);
const retired: ObjectId = '/ConfigMap/default/gone';
const bundle = testBundle({ generation: 2, apps: [one, example], retired: [retired] });
const [a, b] = ['/ConfigMap/default/a', '/ConfigMap/default/b'];
const nothing: Stored = { state: null, resourceVersion: null, inventory: new Map() };

/** An object as an agent wrote it. */
const written = (object: KubeObject, app: string, registration = identity.registration): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: {
      'sluice.dev/registration': registration,
      'sluice.dev/application': app,
      'sluice.dev/nonce': `nonce of ${object.metadata.name}`,
    },
  },
});

/** Rebuilds over a cluster that has these objects; `lists` = the watches show them, or are complete and do not. */
async function rebuilt(objects: readonly KubeObject[], stored: Stored = nothing, lists: boolean | 'unlabelled' = true) {
  const kube = fakeKube();
  for (const object of objects) kube.put_(object);
  const asked: string[] = [];
  kube.fault = (call) => {
    if (call.startsWith('get ')) asked.push(call.slice('get '.length));
    return null;
  };
  const live = (id: ObjectId) => {
    const metadata = kube.read(id)?.metadata;
    if (metadata === undefined) return undefined;
    return { registration: metadata.annotations?.['sluice.dev/registration'] ?? null } as LiveObject;
  };
  const view = {
    follow: () => Promise.resolve(),
    object: (id: ObjectId) => (lists === true ? live(id) : undefined),
    isSynced: () => lists !== false,
  };
  const memory = { inventory: newInventoryMemory() };
  const signal = new AbortController().signal;
  const result = await rebuild({ memory, view, kube, deps: { identity, log: silentLog }, signal }, stored, bundle);
  return { result, memory, asked, kube };
}

const namesOf = ({ inventory }: Stored) => [...inventory.keys()].sort();

describe('an inventory that is lost', () => {
  it.each<[rule: string, object: KubeObject, isFound: boolean]>([
    ['has what the bundle wants in its application', written(configMap('a'), 'default/one'), true],
    ['has what the bundle retires, of any application', written(configMap('gone'), 'default/other'), true],
    ['has nothing of another registration', written(configMap('a'), 'default/one', 'another'), false],
    [
      'has nothing that is retired under another registration',
      written(configMap('gone'), 'default/one', 'another'),
      false,
    ],
    [
      'has nothing that is wanted by one application and was applied for another',
      written(configMap('a'), 'default/other'),
      false,
    ],
    ['has nothing without annotations', configMap('a'), false],
    ['has nothing that the bundle does not name', written(configMap('stray'), 'default/one'), false],
  ])('%s', async (_, object, isFound) => {
    const id = `/ConfigMap/default/${object.metadata.name}`;
    for (const lists of [true, false]) {
      const { result } = await rebuilt([object], nothing, lists);
      expect(namesOf(result), `listed: ${lists}`).toEqual(isFound ? [id] : []);
      expect(result.isRebuilt, `listed: ${lists}`).toBe(isFound);
    }
  });

  it('has the identity of each object, and its content as unknown', async () => {
    const [workload] = example.objects;
    const { result, kube } = await rebuilt([written(workload!, 'default/example')]);
    const id = 'apps/Deployment/default/example-web-v1';
    expect(result.inventory.get(id)).toEqual({
      id,
      apiVersion: 'apps/v1',
      app: 'default/example',
      revision: 'example-v1',
      uid: kube.read(id)?.metadata.uid,
      nonce: 'nonce of example-web-v1',
      applied: null,
      fieldsHash: null,
    });
  });

  it('is asked for by name only where the watches do not list, or show it as ours, or where it is retired', async () => {
    const objects = [written(configMap('a'), 'default/one'), written(configMap('b'), 'default/one', 'another')];
    expect((await rebuilt(objects)).asked).toEqual(['ConfigMap/gone', 'ConfigMap/a']);
    expect((await rebuilt([])).asked).toEqual(['ConfigMap/gone']);
  });

  it('asks for what the bundle retires by name where the watches do not show it: its label may have been removed', async () => {
    const { result, asked } = await rebuilt([written(configMap('gone'), 'default/other')], nothing, 'unlabelled');
    expect(namesOf(result)).toEqual([retired]);
    // What is wanted is asked for when it is created.
    expect(asked).toEqual(['ConfigMap/gone']);
  });

  it('is remembered for the next pass', async () => {
    const { result, memory } = await rebuilt([written(configMap('a'), 'default/one')]);
    expect(memory.inventory.stored).toBe(result);
  });
});

describe('an inventory that is there', () => {
  const entry: InventoryEntry = {
    id: a,
    apiVersion: 'v1',
    app: 'default/one',
    revision: null,
    uid: 'u',
    nonce: 'n',
    applied: 'sha256:a',
    fieldsHash: 'h',
  };
  const state = {} as AgentState;
  const whole: Stored = { state, resourceVersion: '1', inventory: new Map([[a, entry]]) };

  it.each<[rule: string, stored: Stored]>([
    ['whole', whole],
    ['made anew before', { ...nothing, isRebuilt: true }],
    ['found to have nothing before', { ...nothing, isRebuilt: false }],
  ])('is taken as it is: %s', async (_, stored) => {
    const { result, asked } = await rebuilt([written(configMap('b'), 'default/one')], stored);
    expect(result).toBe(stored);
    expect(asked).toEqual([]);
  });

  it('keeps what could be read of one that is damaged, and gets the rest from the cluster', async () => {
    const objects = [written(configMap('a'), 'default/one'), written(configMap('b'), 'default/one')];
    const { result } = await rebuilt(objects, { ...whole, damage: ['a part is gone'] });
    expect(result.inventory.get(a)).toBe(entry);
    expect(namesOf(result)).toEqual([a, b]);
    expect(result.isRebuilt).toBe(true);
  });

  it('is made anew where it is damaged, although nothing is found', async () => {
    expect((await rebuilt([], { ...whole, damage: ['a part is gone'] })).result.isRebuilt).toBe(true);
  });
});

describe('the API server', () => {
  it.each([
    // It may not be read.
    'FORBIDDEN',
    // Its kind is not served.
    'KIND_UNKNOWN',
  ] as const)('has nothing where it says %s', async (code) => {
    const { result } = await rebuiltWithFault(code);
    expect(namesOf(result)).toEqual([]);
  });

  it('ends the pass where it does not answer', async () => {
    await expect(rebuiltWithFault('UNAVAILABLE')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  async function rebuiltWithFault(code: 'FORBIDDEN' | 'KIND_UNKNOWN' | 'UNAVAILABLE') {
    const kube = fakeKube();
    kube.put_(written(configMap('a'), 'default/one'));
    kube.fault = (call) => (call.startsWith('get ') ? code : null);
    const view = { follow: () => Promise.resolve(), object: () => undefined, isSynced: () => false };
    const ports = { memory: { inventory: newInventoryMemory() }, view, kube, deps: { identity, log: silentLog } };
    return { result: await rebuild({ ...ports, signal: new AbortController().signal }, nothing, bundle) };
  }
});
