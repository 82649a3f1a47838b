import { describe, expect, it } from 'vitest';
import { pass } from '../../../agent/pass.ts';
import { runAgent } from '../../../agent/run/loop.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { fakeChannel, handAgent, manualClock, pullNext, reportSink, settle, testDeps } from '../../fakes/agent.ts';
import { configMap, plainApp, testBundle } from '../../fixtures/agent/apps.ts';
import { noon } from '../../fixtures/agent/bundle.ts';
import { fakeKube, type FakeKube } from '../../fakes/kube.ts';

const far = noon + 100 * 365 * 24 * 3_600_000;
const [aId, bId] = ['/ConfigMap/default/a', '/ConfigMap/default/b'];
const hookId = 'admissionregistration.k8s.io/ValidatingWebhookConfiguration//block';
const hook = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'block' },
  webhooks: [{ name: 'block.example.com', failurePolicy: 'Fail' }],
};
const one = plainApp('one', [configMap('a')]);
const changed = plainApp('one', [configMap('a', 'new')]);

/** Resolves once this is so; looked at whenever the loop gives way. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

const isOwnWrite = (call: string) => /^(post|put) ConfigMap\/sluice-/.test(call);

/** Refuses the agent's own ConfigMaps for as long as the webhook is there. */
const blocked = (kube: FakeKube) =>
  (kube.fault = (call) => (isOwnWrite(call) && kube.read(hookId) ? 'UNAVAILABLE' : null));

describe('an agent that cannot write its own state', () => {
  it('says so in its report, with the words of the server and what to do, and is well again by itself', async () => {
    const kube = fakeKube();
    const channel = fakeChannel();
    const { reports, deliver } = reportSink();
    const stop = new AbortController();
    const running = runAgent(testDeps(kube, channel, systemClock, { deliver }), stop.signal);
    await until(() => kube.counters().watches > 0);
    channel.publish(testBundle({ generation: 1, apps: [one], freshUntil: far }));
    await until(() => reports.at(-1)?.settled === true);
    kube.fault = (call) => (isOwnWrite(call) ? 'FORBIDDEN' : null);
    channel.publish(testBundle({ generation: 2, apps: [changed], freshUntil: far }));
    const ready = () => reports.at(-1)?.conditions.find(({ type }) => type === 'Ready');
    await until(() => ready()?.reason === 'AgentFault');
    expect(ready()).toMatchObject({ status: 'False' });
    expect(ready()?.message).toMatch(
      /^the agent cannot write its own state: made to fail: .*\(ConfigMaps sluice-system\/sluice-state and .*\); find what refuses/,
    );
    expect(reports.at(-1)?.settled).toBe(false);
    // What was recorded before is repaired all the same.
    kube.edit(aId, (object) => (object['data'] = { value: 'edited' }));
    await until(() => (kube.read(aId)?.['data'] as { value: string }).value === 'a');
    kube.fault = () => null;
    await until(() => reports.at(-1)?.settled === true);
    expect(ready()).toMatchObject({ status: 'True', reason: 'Settled' });
    expect(kube.read(aId)?.['data']).toEqual({ value: 'new' });
    stop.abort();
    await running;
  });

  it('reports it after a restart, too, when it never had a bundle', async () => {
    const kube = fakeKube();
    const channel = fakeChannel();
    const { reports, deliver } = reportSink();
    const stop = new AbortController();
    kube.fault = (call) => (call === 'get ConfigMap/sluice-state' ? 'FORBIDDEN' : null);
    const running = runAgent(testDeps(kube, channel, systemClock, { deliver }), stop.signal);
    await until(() => reports.length > 0);
    expect(reports[0]).toMatchObject({ accepted: null, apps: [], retired: { settled: [], survivors: [] } });
    expect(reports[0]?.conditions[0]).toMatchObject({ type: 'Ready', status: 'False', reason: 'AgentFault' });
    stop.abort();
    await running;
  });
});

describe("a webhook of ours that refuses the agent's own state", () => {
  const guarded = plainApp('guard', [hook, configMap('b')]);

  it.each([
    ['while it was being created', true],
    ['after all was recorded', false],
  ])('goes when Git has it no more: %s', async (_, isEarly) => {
    const kube = fakeKube();
    const [channel, clock] = [fakeChannel(), manualClock()];
    const agent = handAgent(testDeps(kube, channel, clock));
    if (isEarly) blocked(kube);
    channel.publish(testBundle({ generation: 1, apps: [one, guarded] }));
    await settle(agent, kube, { clock }).catch(() => undefined);
    blocked(kube);
    expect(kube.read(hookId)).toBeDefined();
    channel.publish(testBundle({ generation: 2, apps: [changed], retired: [hookId, bId] }));
    pullNext(agent);
    clock.move(60_000);
    await expect(pass(agent)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(kube.read(hookId)).toBeUndefined();
    // Nothing else is done without a record.
    expect([kube.read(aId)?.['data'], kube.read(bId) === undefined]).toEqual([{ value: 'a' }, false]);
    clock.move(60_000);
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);
    expect([kube.read(aId)?.['data'], kube.read(bId)]).toEqual([{ value: 'new' }, undefined]);
  });

  it('stays when it is not retired, or when nothing may be deleted', async () => {
    for (const bundle of [
      testBundle({ generation: 2, apps: [changed] }),
      testBundle({ generation: 2, apps: [changed], retired: [hookId, bId], freshUntil: noon - 1 }),
    ]) {
      const kube = fakeKube();
      const [channel, clock] = [fakeChannel(), manualClock()];
      const agent = handAgent(testDeps(kube, channel, clock));
      channel.publish(testBundle({ generation: 1, apps: [one, guarded] }));
      await settle(agent, kube, { clock });
      blocked(kube);
      channel.publish(bundle);
      for (let round = 0; round < 3; round += 1) {
        clock.move(60_000);
        pullNext(agent);
        await pass(agent).catch(() => undefined);
      }
      expect(kube.read(hookId)).toBeDefined();
    }
  });
});
