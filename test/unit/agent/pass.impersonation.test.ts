import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../agent/model/deps.ts';
import type { Impersonation } from '../../../agent/model/site.ts';
import { pass } from '../../../agent/pass.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { fakeChannel, handAgent, manualClock, settle, testDeps } from '../../fakes/agent.ts';
import {
  configMap,
  exampleApp,
  plainApp,
  retiredBetween,
  testBundle,
  type TestApp,
} from '../../fixtures/agent/apps.ts';
import { fakeKube } from '../../fakes/kube.ts';

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const user = (place: string, name: string): string => `system:serviceaccount:${place}:${name}`;

/** An agent of a site that lets applications be written by these accounts, in a cluster with the namespaces `shop` and `web`. */
function world(impersonation: Impersonation) {
  const kube = fakeKube();
  for (const name of ['shop', 'web']) kube.put_(namespace(name));
  const channel = fakeChannel();
  const clock = manualClock();
  const deps = testDeps(kube, channel, clock);
  const settings = { ...defaultSettings, ...deps.settings, impersonation };
  const agent = handAgent({ ...deps, settings });
  let before: readonly TestApp[] = [];
  let generation = 0;
  return {
    kube,
    agent,
    run: async (...apps: readonly TestApp[]) => {
      generation += 1;
      channel.publish(testBundle({ generation, apps, retired: retiredBetween(before, apps) }));
      before = apps;
      return settle(agent, kube, { clock });
    },
  };
}

const settingsOf = (place: string, value = 'a') =>
  plainApp(`settings-${place}`, [configMap('settings', value, place)], {}, place);

describe('applications that are written as a ServiceAccount of their namespace', () => {
  it("send every write as that account, and the agent's own as the agent", async () => {
    const { kube, run } = world({ accounts: { shop: 'deployer' }, fallback: 'sluice' });
    const shop = exampleApp([{ n: 1, replicas: 1, weight: 100 }], { namespace: 'shop' });
    const later = exampleApp([{ n: 2, replicas: 1, weight: 100 }], { namespace: 'shop' });
    await run(shop, settingsOf('web'));
    expect((await run(later, settingsOf('web', 'b'))).isSettled).toBe(true);
    expect((await run(settingsOf('web', 'b'))).isSettled).toBe(true);
    const own = kube.writesLog.filter((call) => !kube.impersonated.some((one) => one.startsWith(`${call} `)));
    expect(own.filter((call) => !/^(post|put|delete) (ConfigMap\/sluice|Secret\/sluice-kept)-/.test(call))).toEqual([]);
    expect(new Set(kube.impersonated.map((call) => call.split(' ')[2]))).toEqual(
      new Set([user('shop', 'deployer'), user('web', 'sluice')]),
    );
    expect(kube.impersonated).toContain(`scale Deployment/example-web-v1 ${user('shop', 'deployer')}`);
    expect(kube.impersonated).toContain(`delete Service/example-v2 ${user('shop', 'deployer')}`);
    expect(kube.impersonated).toContain(`update ConfigMap/settings ${user('web', 'sluice')}`);
  });

  it('make a missing namespace as the account', async () => {
    const { kube, run } = world({ accounts: {}, fallback: 'sluice' });
    await run(plainApp('far', [configMap('settings', 'a', 'new')], {}, 'shop'));
    expect(kube.impersonated).toContain(`post Namespace/new ${user('shop', 'sluice')}`);
  });

  it('fail alone when their account may not', async () => {
    const { kube, run, agent } = world({ accounts: {}, fallback: 'sluice' });
    kube.fault = (_call, who) => (who === user('shop', 'sluice') ? 'FORBIDDEN' : null);
    const shop = exampleApp([{ n: 1, replicas: 1, weight: 100 }], { namespace: 'shop' });
    const outcome = await run(shop, settingsOf('web'));
    expect(kube.read('/ConfigMap/web/settings')).toBeDefined();
    expect(kube.read('apps/Deployment/shop/example-web-v1')).toBeUndefined();
    expect(outcome.apps.find(({ key }) => key === 'web/settings-web')?.plan?.phase).toBe('settled');
    expect([...agent.memory.faults.faults.values()].map(({ row }) => [row.app, row.fault?.code])).toContainEqual([
      'shop/example',
      'FORBIDDEN',
    ]);
  });

  it('are forgotten without a trace when they were refused, never came to be, and are wanted no more', async () => {
    const { kube, run } = world({ accounts: {}, fallback: 'sluice' });
    kube.fault = (_call, who) => (who === user('shop', 'sluice') ? 'FORBIDDEN' : null);
    await run(settingsOf('shop'), settingsOf('web'));
    expect(await run(settingsOf('web'))).toMatchObject({ isSettled: true, survivors: [] });
  });

  it('are left alone, with what they run, where the site names no account for them', async () => {
    const { kube, run, agent } = world({ accounts: { web: 'sluice' }, fallback: null });
    kube.put_(configMap('theirs', 'a', 'shop'));
    await run(settingsOf('shop'), settingsOf('web'));
    expect(kube.read('/ConfigMap/shop/settings')).toBeUndefined();
    expect(kube.read('/ConfigMap/web/settings')).toBeDefined();
    expect(agent.memory.faults.faults.get('/ConfigMap/shop/settings')?.row).toMatchObject({
      app: 'shop/settings-shop',
      fault: {
        code: 'FORBIDDEN',
        message: 'this site names no ServiceAccount that may write applications of namespace shop',
      },
    });
    const requests = kube.counters();
    await pass(agent);
    expect(kube.counters()).toEqual(requests);
  });

  it('are not deleted either once their account is gone from the list', async () => {
    const impersonation = { accounts: { shop: 'sluice' } as Record<string, string>, fallback: null };
    const { kube, run } = world(impersonation);
    await run(settingsOf('shop'));
    delete impersonation.accounts['shop'];
    const outcome = await run();
    expect(kube.read('/ConfigMap/shop/settings')).toBeDefined();
    expect(outcome.survivors).toEqual(['/ConfigMap/shop/settings']);
  });
});
