import { describe, expect, it } from 'vitest';
import { pass } from '../../../agent/pass.ts';
import { appHealth } from '../../../agent/report/health.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { fakeChannel, handAgent, manualClock, settle, testDeps } from '../../fakes/agent.ts';
import { configMap, exampleApp, plainApp, testBundle, type TestApp } from '../../fixtures/agent/apps.ts';
import { fakeKube } from '../../fakes/kube.ts';

function world(admit: (object: KubeObject) => void) {
  const kube = fakeKube();
  kube.admit = admit;
  const channel = fakeChannel();
  const clock = manualClock();
  let agent = handAgent(testDeps(kube, channel, clock));
  let generation = 0;
  return {
    kube,
    clock,
    agent: () => agent,
    publish: (...apps: readonly TestApp[]) => channel.publish(testBundle({ generation: (generation += 1), apps })),
    settle: () => settle(agent, kube, { clock }),
    restart: () => {
      agent.close();
      agent = handAgent(testDeps(kube, channel, clock));
    },
    health: async () => {
      const outcome = await pass(agent);
      const facts = { live: agent.view, faults: [], fights: new Map(), explanation: null, givesUpAt: null };
      return appHealth(outcome, outcome.apps[0]!, facts);
    },
  };
}

const kindIs = (object: KubeObject, kind: string) => object.kind === kind && object.metadata.namespace === 'default';
const specOf = (object: KubeObject) =>
  object['spec'] as { replicas: number; template: { spec: { containers: { image: string }[] } } };

describe('a policy that changes a field of ours in every write', () => {
  const mirror = (object: KubeObject) => {
    if (!kindIs(object, 'Deployment')) return;
    for (const one of specOf(object).template.spec.containers)
      one.image = `mirror.local/${one.image.replace(/.*\//, '')}`;
  };
  const said =
    /^Ready:2\/2 Deployment\/example-web-v1: changed while it was written, by a webhook or an admission policy: spec\.template\.spec\.containers\[web\]\.image is mirror\.local\/app:1, not app:1$/;

  it('is said, and not fought, also after a restart', async () => {
    const { kube, publish, settle: go, health, restart } = world(mirror);
    publish(exampleApp([{ n: 1, replicas: 2, weight: 100 }]));
    expect((await go()).isSettled).toBe(true);
    expect(await health()).toMatchObject({ health: 'Healthy', message: expect.stringMatching(said) as string });
    expect(kube.writesLog.filter((call) => call.endsWith('Deployment/example-web-v1'))).toEqual([
      'create Deployment/example-web-v1',
    ]);
    restart();
    await go();
    expect((await health()).message).toMatch(said);
    const before = kube.counters();
    await health();
    expect(kube.counters()).toEqual(before);
  });

  it('is said no more once the next content comes back as it was sent', async () => {
    const { kube, publish, settle: go, health } = world(mirror);
    publish(exampleApp([{ n: 1, replicas: 2, weight: 100 }]));
    await go();
    kube.admit = () => undefined;
    publish(exampleApp([{ n: 1, replicas: 2, weight: 100, image: 'app:2' }]));
    await go();
    expect((await health()).message).toBe('Ready:2/2');
  });

  it('that limits replicas is not fought, and the application is not said to be done', async () => {
    const { kube, clock, agent, publish, health } = world((object) => {
      if (kindIs(object, 'Deployment')) specOf(object).replicas = Math.min(2, specOf(object).replicas);
    });
    publish(exampleApp([{ n: 1, replicas: 5, weight: 100 }]));
    for (let n = 0; n < 300; n += 1) {
      await pass(agent());
      clock.move(1_000);
    }
    expect(kube.writesLog.filter((call) => call.endsWith('Deployment/example-web-v1'))).toHaveLength(1);
    const { health: word, message } = await health();
    expect([word, message]).toEqual([
      expect.not.stringMatching('Healthy'),
      expect.stringContaining('spec.replicas is 2, not 5') as string,
    ]);
  });

  it('is repaired to what the policy makes of it, and recorded once', async () => {
    const {
      kube,
      publish,
      settle: go,
      health,
    } = world((object) => {
      if (kindIs(object, 'ConfigMap')) object['data'] = { value: 'platform' };
    });
    publish(plainApp('maps', [configMap('a')]));
    await go();
    kube.edit('/ConfigMap/default/a', (object) => (object['data'] = { value: 'by hand' }));
    const from = kube.writesLog.length;
    await go();
    expect(kube.writesLog.slice(from)).toEqual(['update ConfigMap/a', 'update ConfigMap/a']);
    expect((await health()).message).toBe(
      'Ready:1/1 ConfigMap/a: changed while it was written, by a webhook or an admission policy: data.value has another value',
    );
  });
});
