import { describe, expect, it } from 'vitest';
import { parseSite } from '../../../agent/site/site.ts';
import { cronFields } from '../../../shared/adapters/schedule.ts';
import { openStore } from '../../../agent/inventory/store.ts';
import { isSluiceError, SluiceError } from '../../../shared/errors.ts';
import { fakeChannel, handAgent, manualClock, setSite, settle, testDeps } from '../../fakes/agent.ts';
import { configMap, plainApp, testBundle } from '../../fixtures/agent/apps.ts';
import { identity } from '../../fixtures/agent/bundle.ts';
import { fakeKube, type FakeKube } from '../../fakes/kube.ts';

const [old, other] = ['aaaaaaaa-1111-4111-8111-111111111111', 'bbbbbbbb-2222-4222-8222-222222222222'];
const [aId, bId] = ['/ConfigMap/default/a', '/ConfigMap/default/b'];
const wanted = (adopt: boolean) => {
  const [a, b] = [configMap('a', 'ours'), configMap('b', 'ours')];
  if (adopt) for (const { metadata } of [a, b]) metadata.annotations = { 'sluice.dev/adopt': 'true' };
  return plainApp('one', [a, b]);
};

const installed = (kube: FakeKube, namespace: string, registration: string) => {
  kube.put_({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const data = { state: JSON.stringify({ format: 1, registration }) };
  kube.put_({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'sluice-state', namespace }, data });
};

/** What an earlier registration of this cluster left behind, and an agent of a new one. */
async function reinstalled(adopt: boolean, prepare: (kube: FakeKube) => void = () => undefined, site: object = {}) {
  const kube = fakeKube();
  const [channel, clock] = [fakeChannel(), manualClock()];
  channel.publish(testBundle({ generation: 1, apps: [plainApp('one', [configMap('a'), configMap('b')])] }));
  const before = { ...testDeps(kube, channel, clock), identity: { ...identity, registration: old } };
  await settle(handAgent(before), kube, { clock });
  kube.remove('/ConfigMap/sluice-system/sluice-state');
  prepare(kube);
  const agent = handAgent(testDeps(kube, channel, clock));
  setSite(agent, site);
  const uids = () => [aId, bId].map((id) => kube.read(id)?.metadata.uid);
  const had = uids();
  channel.publish(testBundle({ generation: 2, apps: [wanted(adopt)] }));
  await settle(agent, kube, { clock, max: 200 }).catch(() => undefined);
  const [a] = [kube.read(aId)];
  expect(uids()).toEqual(had);
  const fault = agent.memory.faults.faults.get(aId)?.row.fault ?? null;
  const isOurs = a?.metadata.annotations?.['sluice.dev/registration'] === identity.registration;
  return { kube, agent, channel, clock, isOurs, value: (a?.['data'] as { value: string }).value, fault };
}

describe('what an earlier registration of the cluster owned', () => {
  it('is left alone, with a hint of what works', async () => {
    const { isOurs, value, fault } = await reinstalled(false);
    expect([isOurs, value, fault?.code]).toEqual([false, 'a', 'OBJECT_FOREIGN']);
    expect(fault?.message).toBe(
      `an object of this name exists that is not ours (it belongs to registration ${old}); it was not touched; ` +
        `put takeOverFrom: ${old} into the ConfigMap sluice-site beside this agent, or annotate the manifest with ` +
        'sluice.dev/adopt: "true", to take it over',
    );
  });

  it('is taken over by the word of the site', async () => {
    const site = parseSite({ takeOverFrom: `- ${other}\n- ${old}\n` }, cronFields);
    expect(site.takeOverFrom).toEqual([other, old]);
    expect(await reinstalled(false, undefined, site)).toMatchObject({ isOurs: true, value: 'ours', fault: null });
    const elsewhere = await reinstalled(false, undefined, { takeOverFrom: [other] });
    expect(elsewhere).toMatchObject({ isOurs: false, fault: { code: 'OBJECT_FOREIGN' } });
  });

  it('is taken over where the manifest says so', async () => {
    expect(await reinstalled(true)).toMatchObject({ isOurs: true, value: 'ours', fault: null });
    const beside = await reinstalled(true, (kube) => installed(kube, 'sluice-other', other));
    expect(beside).toMatchObject({ isOurs: true, fault: null });
  });

  it('is not taken from an agent that is installed here, whatever the manifest says', async () => {
    const { isOurs, value, fault } = await reinstalled(true, (kube) => installed(kube, 'sluice-old', old));
    expect([isOurs, value]).toEqual([false, 'a']);
    expect(fault?.message).toContain('may have an agent in namespace sluice-old: uninstall it, or put takeOverFrom');
  });

  it('is not taken where it cannot be known who is installed', async () => {
    const { isOurs, fault } = await reinstalled(true, (kube) => {
      kube.fault = (call) => (call === 'list ConfigMap/' ? 'FORBIDDEN' : null);
    });
    expect(isOurs).toBe(false);
    expect(fault?.message).toContain('may have an agent somewhere here that may not be read');
  });

  it('is deleted by the new registration once it was taken over', async () => {
    const { kube, agent, channel, clock } = await reinstalled(false, undefined, { takeOverFrom: [old] });
    channel.publish(testBundle({ generation: 3, apps: [], retired: [aId, bId] }));
    await settle(agent, kube, { clock });
    expect([kube.read(aId), kube.read(bId)]).toEqual([undefined, undefined]);
  });
});

/** Takes over an object of nobody, or of a former registration, and dies at the step; a new agent goes on, and the delivery goes back. */
async function diesTaking(holder: string | undefined, killAt: number) {
  const kube = fakeKube();
  const [channel, clock] = [fakeChannel(), manualClock()];
  const annotations = holder === undefined ? {} : { 'sluice.dev/registration': holder };
  kube.put_({ ...configMap('a', 'theirs'), metadata: { name: 'a', namespace: 'default', annotations } });
  let steps = 0;
  const onStep = () => {
    if (++steps === killAt) throw new SluiceError('ABORTED', 'killed');
  };
  const start = () => {
    const agent = handAgent(testDeps(kube, channel, clock, { onStep }));
    if (holder !== undefined) setSite(agent, { takeOverFrom: [holder] });
    return agent;
  };
  let agent = start();
  channel.publish(testBundle({ generation: 1, apps: [wanted(holder === undefined)] }));
  await settle(agent, kube, { clock }).catch(async (error: unknown) => {
    if (!isSluiceError(error, 'ABORTED')) throw error;
    agent = start();
    await settle(agent, kube, { clock });
  });
  const taking = steps;
  const { inventory } = await openStore(kube, 'sluice-system').load(new AbortController().signal);
  const marks = [aId, bId].map((id) => inventory.get(id)?.adopted);
  const value = (kube.read(aId)?.['data'] as { value: string }).value;
  const retired = [aId, bId].map((id) => ({ id, since: 2, delivery: 'default/one#1' }));
  channel.publish(testBundle({ generation: 2, apps: [], retired }));
  await settle(agent, kube, { clock });
  return { steps: taking, marks, value, left: [aId, bId].filter((id) => kube.read(id) !== undefined) };
}

describe.each([
  ['nobody', undefined],
  ['a former registration', old],
])('what an agent that dies took over from %s', (_, holder) => {
  it('is marked so, wherever it died, and stays when the delivery goes back', async () => {
    const whole = await diesTaking(holder, 0);
    expect(whole).toMatchObject({ marks: [true, undefined], value: 'ours', left: [aId] });
    expect(whole.steps).toBeGreaterThan(6);
    for (let step = 1; step <= whole.steps; step++) {
      const { marks, value, left } = await diesTaking(holder, step);
      expect({ marks, value, left }, `killed at step ${step}`).toEqual({
        marks: [true, undefined],
        value: 'ours',
        left: [aId],
      });
    }
  });
});
