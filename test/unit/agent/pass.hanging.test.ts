import { describe, expect, it } from 'vitest';
import { pass } from '../../../agent/pass.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { fakeChannel, handAgent, manualClock, pullNext, testDeps } from '../../fakes/agent.ts';
import { configMap, plainApp, retiredBetween, testBundle, type TestApp } from '../../fixtures/agent/apps.ts';
import { fakeKube } from '../../fakes/kube.ts';

const hangsFor = 10_000;
const service = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { ports: [{ port: 80 }] },
});
const many = (name: string, count: number): KubeObject[] =>
  Array.from({ length: count }, (_, at) => configMap(`${name}-${String(at).padStart(3, '0')}`));

/** An agent on a cluster with a webhook that does not answer for some calls: each costs `hangsFor`, and fails. */
function open(apps: readonly TestApp[], hangs: (call: string) => boolean) {
  const [kube, channel, clock] = [fakeKube(), fakeChannel(), manualClock()];
  const agent = handAgent(testDeps(kube, channel, clock));
  let generation = 1;
  let published: readonly TestApp[] = [];
  let isHanging = true;
  kube.fault = (call) => {
    if (!isHanging || !hangs(call)) return null;
    clock.move(hangsFor);
    return 'TIMEOUT';
  };
  const publish = (next: readonly TestApp[]): void => {
    channel.publish(testBundle({ generation: generation++, apps: next, retired: retiredBetween(published, next) }));
    published = [...published, ...next];
    pullNext(agent);
  };
  publish(apps);
  return {
    kube,
    clock,
    agent,
    publish,
    recover: () => (isHanging = false),
    /** Passes for a time by the agent's clock, with what each of them took. */
    passes: async (ms: number): Promise<readonly number[]> => {
      const took: number[] = [];
      for (const end = clock.monotonic() + ms; clock.monotonic() < end;) {
        const before = clock.monotonic();
        await pass(agent);
        took.push(clock.monotonic() - before);
        clock.move(1_000);
      }
      return took;
    },
    has: (name: string) => kube.read(`/ConfigMap/default/${name}`) !== undefined,
  };
}

describe('an admission webhook that does not answer', () => {
  const hung = plainApp('a-hung', many('hung', 100));
  const well = plainApp('well', [service('well')]);

  it('takes a fifth of the time at most, and the other applications go on', async () => {
    const { kube, passes, clock } = open([hung, well], (call) => call.includes('/hung-'));
    const took = await passes(600_000);
    expect(kube.read('/Service/default/well')).toBeDefined();
    // The first pass has as many in flight as there may be.
    expect(took[0]).toBeLessThanOrEqual(8 * hangsFor);
    expect(Math.max(...took.slice(1))).toBeLessThanOrEqual(hangsFor);
    const waited = took.reduce((sum, one) => sum + (one >= hangsFor ? one : 0), 0);
    expect(waited / clock.monotonic()).toBeLessThanOrEqual(0.25);
  });

  it('is told of the object that hung, and of those that are not tried for it', async () => {
    const { agent, passes } = open([hung, well], (call) => call.includes('/hung-'));
    await passes(1_000);
    const told = [...agent.memory.faults.faults.values()].map(({ row }) => `${row.id} ${row.reason}`);
    expect(told).toHaveLength(100);
    expect(told.filter((line) => line.includes('made to fail'))).toHaveLength(8);
    expect(told.find((line) => line.startsWith('/ConfigMap/default/hung-099'))).toMatch(
      /not tried: requests for ConfigMap in default hang \(ConfigMap\/hung-\d+\)/,
    );
  });

  it('is over at once for all, when it is over', async () => {
    const { passes, recover, has } = open([hung, well], (call) => call.includes('/hung-'));
    await passes(60_000);
    recover();
    await passes(600_000);
    expect(has('hung-000') && has('hung-050') && has('hung-099')).toBe(true);
  });

  it('lets what it does not ask about have its turn: of other applications at once, of the same one in time', async () => {
    const mixed = plainApp('a-hung', [...many('hung', 10), ...many('zest', 20)]);
    const few = plainApp('a-hung', many('hung', 10));
    const { agent, passes, publish, has } = open([few, well], (call) => call.includes('/hung-'));
    await passes(60_000);
    publish([mixed, well, plainApp('beside', many('beside', 20))]);
    await pass(agent);
    expect([has('beside-000'), has('beside-019')]).toEqual([true, true]);
    await passes(600_000);
    expect([has('zest-000'), has('zest-019'), has('hung-000')]).toEqual([true, true, false]);
  });

  it('holds up deletions no longer than writes', async () => {
    const { kube, passes, publish, clock, recover, has } = open([hung, well], (call) => call.startsWith('delete'));
    await passes(10_000);
    expect(has('hung-099')).toBe(true);
    publish([well, plainApp('later', [service('later')])]);
    const took = await passes(600_000);
    expect(kube.read('/Service/default/later')).toBeDefined();
    expect(Math.max(...took.slice(1))).toBeLessThanOrEqual(8 * hangsFor);
    const waited = took.reduce((sum, one) => sum + (one >= hangsFor ? one : 0), 0);
    expect(waited / clock.monotonic()).toBeLessThanOrEqual(0.35);
    recover();
  });
});
