import { describe, expect, it } from 'vitest';
import { pass } from '../../../agent/pass.ts';
import { idOf, type KubeObject } from '../../../shared/model/object.ts';
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

export function world() {
  const kube = fakeKube();
  const channel = fakeChannel();
  const clock = manualClock();
  const agent = handAgent(testDeps(kube, channel, clock));
  return { kube, channel, clock, agent };
}

export const ours = (kube: ReturnType<typeof fakeKube>) =>
  [...kube.objects.keys()]
    .filter((id) => !/^\/(Namespace|(ConfigMap|Secret)\/sluice-system)|EndpointSlice/.test(id))
    .sort();

const weights = (object: KubeObject | undefined) =>
  (
    (object?.['spec'] as { http: { route: { destination: { host: string }; weight: number }[] }[] } | undefined)
      ?.http ?? []
  )
    .flatMap((rule) => rule.route)
    .map((route) => `${route.destination.host}=${route.weight}`);

describe('a pass', () => {
  it('installs an application, and does nothing when nothing is new', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [exampleApp([{ n: 1, replicas: 3, weight: 100 }])] }));
    const outcome = await settle(agent, kube, { clock });
    expect(outcome.isSettled).toBe(true);
    expect(ours(kube)).toEqual([
      '/Service/default/example-v1',
      'apps/Deployment/default/example-web-v1',
      'networking.istio.io/VirtualService/default/example',
    ]);
    expect(weights(kube.read('networking.istio.io/VirtualService/default/example'))).toEqual(['example-v1=100']);
    const before = kube.counters();
    await pass(agent);
    await pass(agent);
    expect(kube.counters()).toEqual(before);
  });

  it('lists what runs while the bundle is fetched, after a restart', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [exampleApp([{ n: 1, replicas: 3, weight: 100 }])] }));
    await settle(agent, kube, { clock });
    agent.view.close();
    const deps = testDeps(kube, channel, clock);
    const opened: number[] = [];
    const pull: typeof deps.transport.pull = async (have, signal) => {
      await new Promise(setImmediate);
      opened.push(kube.counters().watches);
      return deps.transport.pull(have, signal);
    };
    const again = handAgent({ ...deps, transport: { ...deps.transport, pull } });
    await pass(again);
    // Deployments, Services and VirtualServices; endpoints as soon as the bundle says that traffic is led to them.
    expect(opened).toEqual([3]);
    expect(kube.counters().watches).toBe(4);
  });

  it('moves from one revision to two, and to the second alone', async () => {
    const { kube, channel, clock, agent } = world();
    const v1 = exampleApp([{ n: 1, replicas: 3, weight: 100 }]);
    const both = exampleApp([
      { n: 1, replicas: 2, weight: 50 },
      { n: 2, replicas: 2, weight: 50 },
    ]);
    const v2 = exampleApp([{ n: 2, replicas: 4, weight: 100 }]);
    channel.publish(testBundle({ generation: 1, apps: [v1] }));
    await settle(agent, kube, { clock });
    channel.publish(testBundle({ generation: 2, apps: [both], retired: retiredBetween([v1], [both]) }));
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);
    expect(weights(kube.read('networking.istio.io/VirtualService/default/example'))).toEqual([
      'example-v1=50',
      'example-v2=50',
    ]);
    expect((kube.read('apps/Deployment/default/example-web-v1')?.['spec'] as { replicas: number }).replicas).toBe(2);
    channel.publish(testBundle({ generation: 3, apps: [v2], retired: retiredBetween([both], [v2]) }));
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);
    expect(weights(kube.read('networking.istio.io/VirtualService/default/example'))).toEqual(['example-v2=100']);
    expect(ours(kube)).toEqual([
      '/Service/default/example-v2',
      'apps/Deployment/default/example-web-v2',
      'networking.istio.io/VirtualService/default/example',
    ]);
  });

  it('leaves v2 its traffic and replicas when v3 never becomes ready, and says why', async () => {
    const { kube, channel, clock, agent } = world();
    const v2 = exampleApp([{ n: 2, replicas: 4, weight: 100 }], { deadline: 5 });
    const v3 = exampleApp([{ n: 3, replicas: 4, weight: 100, image: 'bad' }], { deadline: 5 });
    channel.publish(testBundle({ generation: 1, apps: [v2] }));
    await settle(agent, kube, { clock });
    channel.publish(testBundle({ generation: 2, apps: [v3], retired: retiredBetween([v2], [v3]) }));
    const readiness = (object: KubeObject) => (object.metadata.name.endsWith('v3') ? 0 : 4);
    await settle(agent, kube, { clock, readiness });
    clock.move(10_000);
    const outcome = await pass(agent);
    expect(outcome.apps[0]?.plan?.phase).toBe('blocked');
    expect(outcome.apps[0]?.plan?.blocked?.reason).toContain(
      'example-v3 did not become ready in 5 s: Deployment/example-web-v3: 0 of 4 ready',
    );
    expect(weights(kube.read('networking.istio.io/VirtualService/default/example'))).toEqual(['example-v2=100']);
    expect((kube.read('apps/Deployment/default/example-web-v2')?.['spec'] as { replicas: number }).replicas).toBe(4);
    // And back: the rollback only takes the broken revision away.
    channel.publish(testBundle({ generation: 3, apps: [v2], retired: retiredBetween([v3], [v2]) }));
    expect((await settle(agent, kube, { clock, readiness })).isSettled).toBe(true);
    expect(ours(kube)).toEqual([
      '/Service/default/example-v2',
      'apps/Deployment/default/example-web-v2',
      'networking.istio.io/VirtualService/default/example',
    ]);
  });

  it('deletes an application: traffic first, then pods, then the rest', async () => {
    const { kube, channel, clock, agent } = world();
    const v1 = exampleApp([{ n: 1, replicas: 3, weight: 100 }]);
    const other = plainApp('other', [configMap('other')]);
    channel.publish(testBundle({ generation: 1, apps: [v1, other] }));
    await settle(agent, kube, { clock });
    const from = kube.writesLog.length;
    channel.publish(testBundle({ generation: 2, apps: [other], retired: retiredBetween([v1], []) }));
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);
    expect(ours(kube)).toEqual(['/ConfigMap/default/other']);
    expect(kube.writesLog.slice(from).filter((line) => !line.includes('sluice-'))).toEqual([
      'delete VirtualService/example',
      'scale Deployment/example-web-v1',
      'delete Deployment/example-web-v1',
      'delete Service/example-v1',
    ]);
  });

  it('keeps and reports what is absent but not retired', async () => {
    const { kube, channel, clock, agent } = world();
    const both = plainApp('two', [configMap('a'), configMap('b')]);
    channel.publish(testBundle({ generation: 1, apps: [both] }));
    await settle(agent, kube, { clock });
    channel.publish(testBundle({ generation: 3, apps: [plainApp('two', [configMap('a')])] }));
    const outcome = await settle(agent, kube, { clock });
    expect(outcome.unexplained).toEqual(['/ConfigMap/default/b']);
    expect(kube.read('/ConfigMap/default/b')).toBeDefined();
  });

  it('repairs what is edited, scaled and deleted by hand, and takes nothing else back', async () => {
    const { kube, channel, clock, agent } = world();
    const app: TestApp = exampleApp([{ n: 1, replicas: 3, weight: 100 }]);
    channel.publish(testBundle({ generation: 1, apps: [app, plainApp('plain', [configMap('c')])] }));
    await settle(agent, kube, { clock });
    kube.edit('apps/Deployment/default/example-web-v1', (object) => {
      (object['spec'] as { replicas: number }).replicas = 1;
      object.metadata.annotations!['mine'] = 'stays';
    });
    kube.edit('/ConfigMap/default/c', (object) => (object['data'] = { value: 'z', more: 'stays' }));
    kube.remove('/Service/default/example-v1');
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);
    const deployment = kube.read('apps/Deployment/default/example-web-v1')!;
    expect((deployment['spec'] as { replicas: number }).replicas).toBe(3);
    expect(deployment.metadata.annotations?.['mine']).toBe('stays');
    expect(kube.read('/ConfigMap/default/c')?.['data']).toEqual({ value: 'a', more: 'stays' });
    expect(kube.read('/Service/default/example-v1')).toBeDefined();
  });

  it('takes a removed label for what it is: the object is looked at, not made again', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [plainApp('plain', [configMap('c')])] }));
    await settle(agent, kube, { clock });
    const { uid } = kube.read('/ConfigMap/default/c')!.metadata;
    kube.edit('/ConfigMap/default/c', (object) => {
      Reflect.deleteProperty(object.metadata.labels!, 'app.kubernetes.io/managed-by');
    });
    await settle(agent, kube, { clock });
    const after = kube.read('/ConfigMap/default/c')!;
    expect(after.metadata.uid).toBe(uid);
    expect(after.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'sluice' });
  });

  it('does not touch a foreign object under a name that it wants, and goes on with the rest', async () => {
    const { kube, channel, clock, agent } = world();
    kube.put_(configMap('b', 'theirs'));
    const before = kube.read('/ConfigMap/default/b');
    const app = plainApp('two', [configMap('a'), configMap('b')]);
    channel.publish(testBundle({ generation: 1, apps: [app] }));
    await settle(agent, kube, { clock, max: 400 }).catch(() => undefined);
    expect(kube.read('/ConfigMap/default/b')).toEqual(before);
    expect(kube.read('/ConfigMap/default/a')).toBeDefined();
    expect(agent.memory.faults.faults.get('/ConfigMap/default/b')?.row.fault?.code).toBe('OBJECT_FOREIGN');
    // And when the application goes, theirs stays.
    channel.publish(testBundle({ generation: 2, apps: [], retired: app.app.objects.map(({ id }) => id) }));
    await settle(agent, kube, { clock });
    expect(kube.read('/ConfigMap/default/b')).toEqual(before);
    expect(kube.read('/ConfigMap/default/a')).toBeUndefined();
  });

  it('adopts an existing object when the manifest says so', async () => {
    const { kube, channel, clock, agent } = world();
    kube.put_(configMap('b', 'theirs'));
    const wanted = configMap('b', 'ours');
    wanted.metadata.annotations = { 'sluice.dev/adopt': 'true' };
    channel.publish(testBundle({ generation: 1, apps: [plainApp('one', [wanted])] }));
    const outcome = await settle(agent, kube, { clock });
    expect(outcome.isSettled).toBe(true);
    expect(kube.read(idOf(wanted))?.['data']).toEqual({ value: 'ours' });
    const entry = () => agent.memory.inventory.stored?.inventory.get(idOf(wanted));
    expect(entry()).toMatchObject({ adopted: true });
    // It stays one that was there before, whatever becomes of its content, until another one is made in its place.
    wanted['data'] = { value: 'newer' };
    channel.publish(testBundle({ generation: 2, apps: [plainApp('one', [wanted])] }));
    await settle(agent, kube, { clock });
    expect(entry()).toMatchObject({ adopted: true });
    kube.remove(idOf(wanted));
    await settle(agent, kube, { clock });
    expect(kube.read(idOf(wanted))?.['data']).toEqual({ value: 'newer' });
    expect(entry()).not.toHaveProperty('adopted');
  });

  it('lets go of what it took over each time that a delivery goes back, and deletes it never', async () => {
    const { kube, channel, clock, agent } = world();
    kube.put_(configMap('b', 'theirs'));
    const wanted = configMap('b', 'ours');
    wanted.metadata.annotations = { 'sluice.dev/adopt': 'true' };
    for (const generation of [1, 3, 5]) {
      channel.publish(testBundle({ generation, apps: [plainApp('one', [wanted])] }));
      await settle(agent, kube, { clock });
      const retired = [{ id: idOf(wanted), since: generation + 1, delivery: 'default/one#2' }];
      channel.publish(testBundle({ generation: generation + 1, apps: [], retired }));
      await settle(agent, kube, { clock });
      expect(agent.memory.inventory.stored?.inventory.get(idOf(wanted))).toBeUndefined();
      expect(kube.read(idOf(wanted))).toBeDefined();
    }
  });
});
