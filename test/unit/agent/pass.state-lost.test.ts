import { describe, expect, it } from 'vitest';
import { pass } from '../../../agent/pass.ts';
import { fakeChannel, handAgent, manualClock, pullNext, settle, testDeps } from '../../fakes/agent.ts';
import { configMap, exampleApp, plainApp, testBundle } from '../../fixtures/agent/apps.ts';
import { identity } from '../../fixtures/agent/bundle.ts';
import { alone, canary, delivering } from '../../fixtures/agent/steps.ts';
import { fakeKube, type FakeKube } from '../../fakes/kube.ts';

const state = '/ConfigMap/sluice-system/sluice-state';
const [aId, bId, goneId] = ['a', 'b', 'gone'].map((name) => `/ConfigMap/default/${name}`) as [string, string, string];
const plain = plainApp('one', [configMap('a'), configMap('b')]);
const example = exampleApp([
  { n: 1, replicas: 2, weight: 50 },
  { n: 2, replicas: 2, weight: 50 },
]);
const older = testBundle({ generation: 1, apps: [plainApp('old', [configMap('gone')]), plain, example] });
// What generation 2 retires is still there when the state is lost: its deletion was not carried out yet.
const newer = testBundle({ generation: 2, apps: [plain, example], retired: [goneId] });

const shards = (kube: FakeKube) =>
  [...kube.objects.keys()].filter((id) => id.startsWith('/ConfigMap/sluice-system/sluice-inventory-'));
const edited = (kube: FakeKube, id: string, data: Record<string, string>) =>
  kube.edit(id, (object) => (object['data'] = data));
const changed = (kube: FakeKube, change: (text: string) => string) => {
  const { state: text } = kube.read(state)?.['data'] as { state: string };
  edited(kube, state, { state: change(text) });
};
const everyShard = (harm: (kube: FakeKube, id: string) => void) => (kube: FakeKube) => {
  for (const id of shards(kube)) harm(kube, id);
};
const entriesOf = (kube: FakeKube, id: string) =>
  JSON.parse((kube.read(id)?.['data'] as { entries: string }).entries) as object[];

/** Everything that the agent delivered, by id and UID. */
const delivered = (kube: FakeKube) =>
  [...kube.objects]
    .filter(([, { object }]) => object.metadata.annotations?.['sluice.dev/registration'] === identity.registration)
    .map(([id, { object }]) => [id, object.metadata.uid])
    .sort();

const harms: readonly [what: string, harm: (kube: FakeKube) => void][] = [
  ['the state object deleted', (kube) => kube.remove(state)],
  ['all of it deleted', (kube) => [state, ...shards(kube)].forEach(kube.remove)],
  ['a shard deleted', everyShard((kube, id) => kube.remove(id))],
  ['a shard emptied', everyShard((kube, id) => edited(kube, id, {}))],
  ['a shard without entries', everyShard((kube, id) => edited(kube, id, { entries: '[]' }))],
  ['a shard that is not JSON', everyShard((kube, id) => edited(kube, id, { entries: '[{' }))],
  ['a shard of nulls', everyShard((kube, id) => edited(kube, id, { entries: '[null]' }))],
  ['a shard that is not a list', everyShard((kube, id) => edited(kube, id, { entries: 'null' }))],
  [
    'a shard that lost one entry',
    everyShard((kube, id) => edited(kube, id, { entries: JSON.stringify(entriesOf(kube, id).slice(1)) })),
  ],
  ['a state that is empty', (kube) => edited(kube, state, {})],
  ['a state that is not JSON', (kube) => changed(kube, (text) => text.slice(1))],
  ['a state that is null', (kube) => changed(kube, () => 'null')],
  ['a state of another format', (kube) => changed(kube, (text) => text.replace('"format":1', '"format":9'))],
  [
    'a state with a mark that is none',
    (kube) => changed(kube, (text) => text.replace(/"generation":\d+/, '"generation":"x"')),
  ],
  [
    'a state with deletions that are none',
    (kube) => changed(kube, (text) => text.replace('"deletions":[]', '"deletions":{}')),
  ],
  ['a state without shards', (kube) => changed(kube, (text) => text.replace(/"shards":\[[^\]]*\]/, '"shards":[null]'))],
  ['a state without a registration', (kube) => changed(kube, (text) => text.replace(/"registration":"[^"]*",/, ''))],
];

describe.each(['stopped', 'running'] as const)('an agent that is %s', (when) => {
  it.each(harms)('comes back from %s, and deletes nothing for it', async (_, harm) => {
    const kube = fakeKube();
    const [channel, clock] = [fakeChannel(), manualClock()];
    const before = handAgent(testDeps(kube, channel, clock));
    channel.publish(older);
    await settle(before, kube, { clock });
    const had = delivered(kube);
    harm(kube);
    const agent = when === 'running' ? before : handAgent(testDeps(kube, channel, clock));
    if (when === 'stopped') channel.publish(newer);
    const outcome = await settle(agent, kube, { clock });
    expect(outcome.isSettled).toBe(true);
    expect(delivered(kube)).toEqual(had);
    expect([...outcome.inventory.keys()].sort()).toEqual(had.map(([id]) => id));
    // What it wrote down can be read by the next one.
    kube.edit(aId, (object) => (object['data'] = { value: 'edited' }));
    const next = handAgent(testDeps(kube, channel, clock));
    expect((await settle(next, kube, { clock })).isSettled).toBe(true);
    expect(kube.read(aId)?.['data']).toEqual({ value: 'a' });
    expect(delivered(kube)).toEqual(had);
  });
});

describe('an inventory that was lost', () => {
  async function lost() {
    const kube = fakeKube();
    const [channel, clock] = [fakeChannel(), manualClock()];
    channel.publish(older);
    await settle(handAgent(testDeps(kube, channel, clock)), kube, { clock });
    kube.remove(state);
    const agent = handAgent(testDeps(kube, channel, clock));
    return { kube, channel, clock, agent };
  }

  it('is deleted from by the next generation, not by the one at hand', async () => {
    const { kube, channel, clock, agent } = await lost();
    channel.publish(newer);
    const outcome = await settle(agent, kube, { clock });
    expect(outcome.survivors).toEqual([goneId]);
    expect(outcome.rows.find(({ id }) => id === goneId)?.reason).toContain('before the next generation');
    // A restart does not forget it.
    const restarted = handAgent(testDeps(kube, channel, clock));
    expect((await settle(restarted, kube, { clock })).survivors).toEqual([goneId]);
    channel.publish(testBundle({ generation: 3, apps: [plain, example], retired: [goneId] }));
    await settle(restarted, kube, { clock });
    expect(kube.read(goneId)).toBeUndefined();
  });

  it('takes nothing that is of another registration or application, or of nobody', async () => {
    const { kube, channel, clock, agent } = await lost();
    kube.edit(aId, ({ metadata }) => (metadata.annotations!['sluice.dev/application'] = 'default/other'));
    kube.edit(bId, ({ metadata }) => (metadata.annotations!['sluice.dev/registration'] = 'another'));
    kube.edit(goneId, ({ metadata }) => (metadata.annotations = {}));
    const theirs = () => [kube.read(aId), kube.read(bId), kube.read(goneId)];
    const before = theirs();
    channel.publish(newer);
    await settle(agent, kube, { clock, max: 400 }).catch(() => undefined);
    expect(theirs()).toEqual(before);
  });

  it('has what serves, too, where the steps to what comes after it have just begun', async () => {
    const kube = fakeKube();
    const [channel, clock] = [fakeChannel(), manualClock()];
    const [v1, v2] = [alone(1), alone(2)];
    channel.publish(testBundle({ generation: 1, apps: [v1] }));
    await settle(handAgent(testDeps(kube, channel, clock)), kube, { clock });
    const serving = [...kube.objects.keys()].filter((id) => id.endsWith('-v1'));
    const replicas = () => serving.flatMap((id) => (kube.read(id)?.['spec'] as { replicas?: number }).replicas ?? []);
    expect([serving.length > 0, replicas()]).toEqual([true, [10]]);
    kube.remove(state);
    const agent = handAgent(testDeps(kube, channel, clock));
    channel.publish(
      testBundle({ generation: 2, apps: [delivering(v1, v2, { steps: [...canary.slice(0, 1), { type: 'pause' }] })] }),
    );
    const { inventory } = await settle(agent, kube, { clock });
    expect(replicas()).toEqual([9]);
    expect(serving.filter((id) => !inventory.has(id))).toEqual([]);
    channel.publish(testBundle({ generation: 3, apps: [v2], retired: serving }));
    await settle(agent, kube, { clock });
    expect(serving.filter((id) => kube.read(id) !== undefined)).toEqual([]);
  });

  it('costs a first installation no request of its own', async () => {
    const kube = fakeKube();
    const [channel, clock] = [fakeChannel(), manualClock()];
    const agent = handAgent(testDeps(kube, channel, clock));
    // Nothing was ever published to it, so its bundle retires nothing: each retired object would be asked for once.
    channel.publish(testBundle({ generation: 2, apps: [plain, example] }));
    const reads: string[] = [];
    kube.fault = (call) => {
      if (call.startsWith('get ')) reads.push(call);
      return null;
    };
    await settle(agent, kube, { clock });
    expect(reads.filter((call) => !call.includes('sluice-'))).toEqual(['get Namespace/kube-system']);
    expect(agent.memory.inventory.stored?.state).not.toHaveProperty('rebuiltAt');
  });

  it('is made anew once, and then costs nothing', async () => {
    const { kube, channel, clock, agent } = await lost();
    channel.publish(newer);
    await settle(agent, kube, { clock });
    const { requests } = kube.counters();
    pullNext(agent);
    await pass(agent);
    expect(kube.counters().requests).toBe(requests);
  });
});

describe('an object that came back from a backup, annotations and all', () => {
  it('is taken for what it is while the bundle wants it', async () => {
    const kube = fakeKube();
    const [channel, clock] = [fakeChannel(), manualClock()];
    const agent = handAgent(testDeps(kube, channel, clock));
    channel.publish(older);
    await settle(agent, kube, { clock });
    const backup = structuredClone(kube.read(aId)!);
    kube.remove(aId);
    kube.put_({ ...backup, metadata: { ...backup.metadata, managedFields: [] } });
    edited(kube, aId, { value: 'of last week' });
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);
    expect(kube.read(aId)?.['data']).toEqual({ value: 'a' });
  });
});
