import { describe, expect, it } from 'vitest';
import { appHealth } from '../../../agent/report/health.ts';
import { parseObjectId, type KubeObject } from '../../../shared/model/object.ts';
import type { ObjectPolicy } from '../../../shared/wire/revision.ts';
import { fakeChannel, handAgent, manualClock, settle, testDeps } from '../../fakes/agent.ts';
import { fakeKube } from '../../fakes/kube.ts';
import { configMap, plainApp, testBundle, type TestApp } from '../../fixtures/agent/apps.ts';
import { identity } from '../../fixtures/agent/bundle.ts';

const [readId, ownId] = ['/ConfigMap/default/read', '/ConfigMap/default/own'];

/** An application that treats one of its objects otherwise. */
function treated(objects: readonly KubeObject[], name: string, ...policies: readonly ObjectPolicy[]): TestApp {
  const made = plainApp('one', objects);
  const list = made.app.objects.map((one) => (parseObjectId(one.id).name === name ? { ...one, policies } : one));
  return { ...made, app: { ...made.app, objects: list } };
}

function start() {
  const kube = fakeKube();
  const [channel, clock] = [fakeChannel(), manualClock()];
  const agent = handAgent(testDeps(kube, channel, clock));
  let generation = 0;
  const give = async (apps: readonly TestApp[], retired: readonly string[] = []) => {
    generation += 1;
    channel.publish(testBundle({ generation, apps, retired: [...retired] }));
    return settle(agent, kube, { clock });
  };
  const valueOf = (id: string) => (kube.read(id)?.['data'] as { value?: string } | undefined)?.value;
  return { kube, clock, agent, give, valueOf };
}
type Started = ReturnType<typeof start>;

/** `HEALTH message` of the only application. */
function healthOf({ agent }: Started, outcome: Awaited<ReturnType<Started['give']>>): string {
  const facts = { live: agent.view, faults: [], fights: new Map(), explanation: null, givesUpAt: null };
  const { health, message } = appHealth(outcome, outcome.apps[0]!, facts);
  return `${health} ${message}`;
}
const reading = (value = 'theirs') =>
  treated([configMap('read', value), configMap('own')], 'read', { type: 'read-only' });

describe('an object that is only read', () => {
  it('is never written, and is looked at by its name', async () => {
    const started = start();
    const { kube, give, valueOf } = started;
    kube.put_(configMap('read', 'by hand'));
    const outcome = await give([reading()]);
    expect([valueOf(readId), valueOf(ownId)]).toEqual(['by hand', 'a']);
    expect(kube.writesLog.filter((line) => line.includes('read'))).toEqual([]);
    expect(healthOf(started, outcome)).toBe('Healthy Ready:2/2');
    const again = await give([reading('another'), plainApp('two', [configMap('x')])]);
    expect([valueOf(readId), again.isSettled]).toEqual(['by hand', true]);
  });

  it('must be there', async () => {
    const started = start();
    const outcome = await started.give([reading()]);
    const missing = 'ConfigMap/read: not there: it is only read, and must be made by others';
    expect(healthOf(started, outcome)).toBe(`Degraded Ready:1/2 ${missing}`);
    expect(started.valueOf(ownId)).toBe('a');
    started.kube.put_(configMap('read', 'by hand'));
    expect(healthOf(started, await started.give([reading()]))).toBe('Healthy Ready:2/2');
    started.kube.remove(readId);
    expect(healthOf(started, await started.give([reading()]))).toBe(`Degraded Ready:1/2 ${missing}`);
  });

  it('is not repaired, nor deleted, although it was its own', async () => {
    const started = start();
    const { kube, give, valueOf, agent } = started;
    await give([plainApp('one', [configMap('read'), configMap('own')])]);
    expect(valueOf(readId)).toBe('a');
    await give([reading()]);
    kube.put_({ ...kube.read(readId)!, data: { value: 'by hand' } });
    await give([reading()]);
    expect(valueOf(readId)).toBe('by hand');
    expect(agent.memory.inventory.stored?.inventory.has(readId)).toBe(false);
    const outcome = await give([plainApp('one', [configMap('own')])], [readId]);
    expect([valueOf(readId), outcome.unexplained]).toEqual(['by hand', []]);
  });

  it('is its own again when it is written again', async () => {
    const { give, valueOf, agent } = start();
    await give([plainApp('one', [configMap('read'), configMap('own')])]);
    await give([reading()]);
    await give([plainApp('one', [configMap('read', 'ours'), configMap('own')])]);
    expect(valueOf(readId)).toBe('ours');
    expect(agent.memory.inventory.stored?.inventory.get(readId)?.uid).not.toBeNull();
  });
});

describe('an object that is made again where a field changes', () => {
  const recreating: ObjectPolicy = { type: 'resource-update', op: 'patch', recreateFields: ['/data/value'] };
  const app = (value: string, more: object = {}) =>
    treated([{ ...configMap('own', value), ...more }], 'own', recreating);

  it('is deleted and made, once', async () => {
    const { kube, give, valueOf } = start();
    await give([app('a')]);
    const uid = kube.read(ownId)?.metadata.uid;
    const outcome = await give([app('b')]);
    expect(valueOf(ownId)).toBe('b');
    expect(kube.read(ownId)?.metadata.uid).not.toBe(uid);
    expect(kube.writesLog.filter((line) => line.startsWith('delete') && line.includes('own'))).toHaveLength(1);
    expect([outcome.isSettled, outcome.isLimited]).toEqual([true, false]);
  });

  it('is changed where another field changes, and repaired', async () => {
    const { kube, give, valueOf } = start();
    await give([app('a')]);
    const uid = kube.read(ownId)?.metadata.uid;
    await give([app('a', { data: { value: 'a', more: 'b' } })]);
    kube.edit(ownId, (object) => Object.assign(object['data'] as object, { value: 'by hand' }));
    await give([app('a', { data: { value: 'a', more: 'b' } })]);
    expect([kube.read(ownId)?.metadata.uid, valueOf(ownId)]).toEqual([uid, 'a']);
  });
});

describe('an object that is replaced whole', () => {
  it('loses what others wrote into it', async () => {
    const { kube, give } = start();
    const replaced = (value: string) =>
      treated([configMap('own', value)], 'own', { type: 'resource-update', op: 'replace', recreateFields: [] });
    await give([replaced('a')]);
    kube.edit(ownId, (object) => Object.assign(object['data'] as object, { theirs: 'x' }), 'operator');
    expect(kube.read(ownId)?.['data']).toEqual({ value: 'a', theirs: 'x' });
    await give([replaced('b')]);
    expect(kube.read(ownId)?.['data']).toEqual({ value: 'b' });
    expect(kube.read(ownId)?.metadata.annotations?.['sluice.dev/registration']).toBe(identity.registration);
  });
});
