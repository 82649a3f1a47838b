import { describe, expect, it } from 'vitest';
import { configMapName, readShard, readState } from '../../../../agent/inventory/read-state.ts';
import { shardName, toShards } from '../../../../agent/inventory/shards.ts';
import type { AgentState, InventoryEntry } from '../../../../agent/model/inventory.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const state: AgentState = {
  format: 1,
  channel: 'c',
  registration: 'r',
  cluster: 'edge-1',
  clusterUid: 'u',
  mark: { epoch: 1, generation: 2, revisionDigest: 'sha256:a' },
  phase: 'settled',
  timeFloor: 0,
  rootVersion: 1,
  shards: [],
  deletions: [{ at: 1, count: 2 }],
  reportSequence: 0,
};
const entry: InventoryEntry = {
  id: '/ConfigMap/default/a',
  apiVersion: 'v1',
  app: 'default/one',
  revision: null,
  uid: null,
  nonce: 'n',
  applied: null,
  fieldsHash: null,
};
const configMap = (name: string, data?: unknown): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'agents' },
  ...(data !== undefined && { data }),
});
const stateObject = (value: unknown) => configMap('sluice-state', { state: JSON.stringify(value) });
const damaged = (why: string, name: string) =>
  expect.objectContaining({
    code: 'WIRE_INVALID',
    message: `the agent's own state is damaged: ${why}`,
    data: expect.objectContaining({ subject: `ConfigMap agents/${name}` }) as unknown,
  }) as Error;

describe('the state object', () => {
  it.each<[rule: string, value: object]>([
    ['as it is written', state],
    ['of an agent that has accepted nothing', { ...state, mark: null, phase: 'applying', deletions: [] }],
    ['of a cluster that was restored, rebuilt and left', { ...state, restoredAt: 1, rebuiltAt: 2, left: 'orphan' }],
    ['with members of a newer agent, which stay', { ...state, later: { a: [1] } }],
  ])('is read %s', (_, value) => {
    expect(readState(stateObject(value))).toEqual(value);
  });

  it.each<[rule: string, object: KubeObject]>([
    ['without data', configMap('sluice-state')],
    ['without its text', configMap('sluice-state', { other: '{}' })],
    ['cut', configMap('sluice-state', { state: JSON.stringify(state).slice(0, -1) })],
    ['of another format', stateObject({ ...state, format: 2 })],
    ['with a mark below zero', stateObject({ ...state, mark: { ...state.mark, generation: -1 } })],
    ['with a mark of half a generation', stateObject({ ...state, mark: { ...state.mark, generation: 1.5 } })],
    ['with a phase that is none', stateObject({ ...state, phase: 'done' })],
    ['with deletions that count nothing', stateObject({ ...state, deletions: [{ at: 1 }] })],
    ['without its registration', stateObject({ ...state, registration: undefined })],
  ])('is damaged %s, and named', (_, object) => {
    expect(() => readState(object)).toThrow(damaged('its state cannot be read', 'sluice-state'));
  });
});

describe('a part of the inventory', () => {
  const shardOf = (value: unknown) => {
    const text = JSON.stringify(value);
    return configMap(shardName(text), { entries: text });
  };

  it('is read as it is written', () => {
    const [shard] = toShards(new Map([[entry.id, entry]]), 1);
    expect(readShard(configMap(shard!.name, { entries: shard!.text }))).toEqual([entry]);
  });

  it.each<[rule: string, entry: object]>([
    [
      'of a Job that ran to its end',
      { ...entry, uid: 'u', expires: true, finished: { digest: 'sha256:a', how: 'unseen' } },
    ],
    ['with members of a newer agent, which stay', { ...entry, later: 1 }],
  ])('is read %s', (_, value) => {
    expect(readShard(shardOf([value]))).toEqual([value]);
  });

  it.each<[rule: string, value: unknown]>([
    ['that is not a list', entry],
    ['with an entry without an id', [{ ...entry, id: '' }]],
    ['with an entry of no application', [{ ...entry, app: '' }]],
    [
      'with an entry whose end is of no kind that is known',
      [{ ...entry, finished: { digest: 'sha256:a', how: 'lost' } }],
    ],
    ['with an entry without a uid member', [{ ...entry, uid: undefined }]],
  ])('is damaged %s, and named', (_, value) => {
    const object = shardOf(value);
    expect(() => readShard(object)).toThrow(damaged('its entries cannot be read', object.metadata.name));
  });

  it('is damaged where its text is not the one of its name', () => {
    const object = { ...shardOf([entry]), data: { entries: JSON.stringify([]) } };
    const why = 'its name is not the hash of its entries';
    expect(() => readShard(object)).toThrow(damaged(why, object.metadata.name));
    expect(() => readShard(configMap('sluice-inventory-x'))).toThrow(damaged(why, 'sluice-inventory-x'));
  });
});

it('a ConfigMap is named with its namespace', () => {
  expect(configMapName('agents', 'sluice-state')).toBe('ConfigMap agents/sluice-state');
});
