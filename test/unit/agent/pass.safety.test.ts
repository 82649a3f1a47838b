import { describe, expect, it } from 'vitest';
import { pass } from '../../../agent/pass.ts';
import { SluiceError } from '../../../shared/errors.ts';
import { fakeChannel, handAgent, manualClock, settle, testDeps, pullNext, setSite } from '../../fakes/agent.ts';
import { configMap, exampleApp, plainApp, retiredBetween, testBundle } from '../../fixtures/agent/apps.ts';
import { noon } from '../../fixtures/agent/bundle.ts';
import { fakeKube } from '../../fakes/kube.ts';

function world() {
  const kube = fakeKube();
  const channel = fakeChannel();
  const clock = manualClock();
  const agent = handAgent(testDeps(kube, channel, clock));
  return { kube, channel, clock, agent };
}

const a = configMap('a');
const b = configMap('b');
const one = plainApp('one', [a]);
const two = plainApp('one', [a, b]);
const aId = '/ConfigMap/default/a';
const bId = '/ConfigMap/default/b';

describe('deletions', () => {
  it('happen for a skipped generation too: what it retired is still retired later', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [two] }));
    await settle(agent, kube, { clock });
    // Generation 2 retired b and was never seen here.
    channel.publish(testBundle({ generation: 3, apps: [one], retired: [{ id: bId, since: 2 }] }));
    await settle(agent, kube, { clock });
    expect(kube.read(bId)).toBeUndefined();
    expect(kube.read(aId)).toBeDefined();
  });

  it('that fail leave a survivor, which goes once it can', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [two] }));
    await settle(agent, kube, { clock });
    kube.fault = (call) => (call === 'delete ConfigMap/b' ? 'OBJECT_REJECTED' : null);
    channel.publish(testBundle({ generation: 2, apps: [one], retired: [bId] }));
    pullNext(agent);
    const outcome = await pass(agent);
    expect(outcome.survivors).toEqual([bId]);
    expect(outcome.isSettled).toBe(false);
    expect(outcome.inventory.has(bId)).toBe(true);
    kube.fault = () => null;
    clock.move(60_000);
    expect((await settle(agent, kube, { clock })).survivors).toEqual([]);
    expect(kube.read(bId)).toBeUndefined();
  });

  it('wait for finalizers with the object in the inventory', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [two] }));
    await settle(agent, kube, { clock });
    kube.edit(bId, (object) => (object.metadata.finalizers = ['example.com/wait']));
    channel.publish(testBundle({ generation: 2, apps: [one], retired: [bId] }));
    const outcome = await settle(agent, kube, { clock });
    expect(outcome.survivors).toEqual([bId]);
    kube.edit(bId, (object) => (object.metadata.finalizers = []));
    kube.remove(bId);
    expect((await settle(agent, kube, { clock })).inventory.has(bId)).toBe(false);
  });

  it('stop while the channel cannot be read, is stale, or the site holds', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [two], freshUntil: noon + 3_600_000 }));
    await settle(agent, kube, { clock });
    channel.publish(testBundle({ generation: 2, apps: [one], retired: [bId], freshUntil: noon + 3_600_000 }));
    setSite(agent, { labels: {}, hold: { until: null, reason: 'audit' }, window: null });
    await settle(agent, kube, { clock });
    expect(kube.read(bId)).toBeDefined();
    setSite(agent, { labels: {}, hold: null, window: null });
    channel.fail(new SluiceError('UNAVAILABLE', 'no route'));
    pullNext(agent);
    const cut = await pass(agent);
    expect(cut.mode.stopDeletes).toContain('no route');
    expect(kube.read(bId)).toBeDefined();
    channel.fail(null);
    clock.move(2 * 3_600_000);
    pullNext(agent);
    expect((await pass(agent)).mode.stopDeletes).toBe('the bundle is not fresh');
    expect(kube.read(bId)).toBeDefined();
  });

  it('of one application leave the other one in the same namespace alone', async () => {
    const { kube, channel, clock, agent } = world();
    const other = plainApp('other', [configMap('c')]);
    channel.publish(testBundle({ generation: 1, apps: [two, other] }));
    await settle(agent, kube, { clock });
    channel.publish(testBundle({ generation: 2, apps: [other], retired: [aId, bId] }));
    await settle(agent, kube, { clock });
    expect([kube.read(aId), kube.read(bId)]).toEqual([undefined, undefined]);
    expect(kube.read('/ConfigMap/default/c')).toBeDefined();
  });

  it('of an application do not happen while one of its objects cannot be applied', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [two] }));
    await settle(agent, kube, { clock });
    kube.fault = (call) => (call.endsWith('ConfigMap/bad') ? 'OBJECT_REJECTED' : null);
    const broken = plainApp('one', [a, configMap('bad')]);
    channel.publish(testBundle({ generation: 2, apps: [broken], retired: [bId] }));
    pullNext(agent);
    for (let round = 0; round < 4; round += 1) await pass(agent);
    expect(kube.read(bId)).toBeDefined();
    const { rows } = await pass(agent);
    expect(rows.find(({ id }) => id === bId)?.reason).toBe('an object of its application is not applied');
    kube.fault = () => null;
    clock.move(60_000);
    await settle(agent, kube, { clock });
    expect(kube.read(bId)).toBeUndefined();
  });

  it('are ten a day, however the clock of the machine is set, also after a restart', async () => {
    const { kube, channel, clock } = world();
    let skew = 0;
    const skewed = { ...clock, now: () => clock.now() + skew };
    const start = () => handAgent(testDeps(kube, channel, skewed));
    const names = (app: string): string[] => Array.from({ length: 10 }, (_, n) => `${app}-${n}`);
    const apps = ['one', 'two', 'three'].map((app) =>
      plainApp(
        app,
        names(app).map((name) => configMap(name)),
      ),
    );
    const left = (): number => [...kube.objects.keys()].filter((id) => /^\/ConfigMap\/default\/.*-\d$/.test(id)).length;
    const hours = 3_600_000;
    const freshUntil = noon + 1000 * hours;
    let agent = start();
    channel.publish(testBundle({ generation: 1, apps, freshUntil }));
    await settle(agent, kube, { clock });
    channel.publish(testBundle({ generation: 2, apps: [], retired: retiredBetween(apps, []), freshUntil }));
    await settle(agent, kube, { clock });
    expect(left()).toBe(20);
    for (const hoursOff of [25, 60, -1000]) {
      skew = hoursOff * hours;
      await settle(agent, kube, { clock });
      expect([hoursOff, left()]).toEqual([hoursOff, 20]);
    }
    agent = start();
    await settle(agent, kube, { clock });
    expect(left()).toBe(20);
    clock.move(24 * hours);
    await settle(agent, kube, { clock });
    expect(left()).toBe(10);
    skew = 0;
    clock.move(24 * hours);
    await settle(start(), kube, { clock });
    expect(left()).toBe(0);
  });

  it('keep what somebody made again under the name from a dump, annotations and all', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [two] }));
    await settle(agent, kube, { clock });
    const dump = structuredClone(kube.read(bId)!);
    kube.remove(bId);
    kube.put_({ ...dump, metadata: { ...dump.metadata, managedFields: [] } });
    expect(kube.read(bId)?.metadata.uid).not.toBe(dump.metadata.uid);
    channel.publish(testBundle({ generation: 2, apps: [one], retired: [bId] }));
    const outcome = await settle(agent, kube, { clock });
    expect(kube.read(bId)).toBeDefined();
    expect(outcome.inventory.has(bId)).toBe(false);
  });

  it('keep what carries the annotation of another registration', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [two] }));
    await settle(agent, kube, { clock });
    kube.edit(bId, ({ metadata }) => (metadata.annotations!['sluice.dev/registration'] = 'another'));
    channel.publish(testBundle({ generation: 2, apps: [one], retired: [bId] }));
    const outcome = await settle(agent, kube, { clock });
    expect(kube.read(bId)).toBeDefined();
    expect(outcome.survivors).toEqual([bId]);
  });

  it('do not happen in a cluster that was restored elsewhere; nonces prove what is ours', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [two] }));
    await settle(agent, kube, { clock });
    // The same objects under new UIDs, as a restore makes them.
    const copy = fakeKube();
    for (const { object } of kube.objects.values()) {
      if (object.kind !== 'Namespace') copy.put_({ ...object, metadata: { ...object.metadata, managedFields: [] } });
    }
    copy.edit('/Namespace//kube-system', (object) => (object.metadata.uid = 'another'));
    const restored = handAgent(testDeps(copy, channel, clock));
    channel.publish(testBundle({ generation: 1, apps: [one], retired: [bId] }));
    const outcome = await settle(restored, copy, { clock });
    expect(outcome.isRestored).toBe(true);
    expect(copy.read(bId)).toBeDefined();
    expect(outcome.inventory.get(aId)?.uid).toBe(copy.read(aId)?.metadata.uid);
    // The next generation is made for this cluster.
    channel.publish(testBundle({ generation: 2, apps: [one], retired: [bId] }));
    await settle(restored, copy, { clock });
    expect(copy.read(bId)).toBeUndefined();
  });
});

describe('a site hold', () => {
  it('holds changes back, and still repairs what was applied', async () => {
    const { kube, channel, clock, agent } = world();
    channel.publish(testBundle({ generation: 1, apps: [two] }));
    await settle(agent, kube, { clock });
    setSite(agent, { labels: {}, hold: { until: null, reason: 'audit' }, window: null });
    channel.publish(testBundle({ generation: 2, apps: [plainApp('one', [a, configMap('b', 'new')])] }));
    kube.edit(aId, (object) => (object['data'] = { value: 'edited' }));
    const outcome = await settle(agent, kube, { clock });
    expect(kube.read(aId)?.['data']).toEqual({ value: 'a' });
    expect(kube.read(bId)?.['data']).toEqual({ value: 'a' });
    expect(outcome.mode.hold).toBe('held by the site: audit');
    expect(agent.memory.inventory.stored?.state?.mark?.generation).toBe(1);
  });
});

describe('an object that asks to be adopted', () => {
  const wish = { 'sluice.dev/adopt': 'true' };
  const wanted = configMap('a', 'ours');
  const app = plainApp('one', [{ ...wanted, metadata: { ...wanted.metadata, annotations: wish } }]);

  it('is taken over when nobody has it, and from a registration that has no agent here', async () => {
    for (const [holder, value] of [
      [undefined, 'ours'],
      ['another', 'ours'],
    ] as const) {
      const { kube, channel, clock, agent } = world();
      const annotations = holder === undefined ? {} : { 'sluice.dev/registration': holder };
      kube.put_({ ...configMap('a', 'theirs'), metadata: { name: 'a', namespace: 'default', annotations } });
      channel.publish(testBundle({ generation: 1, apps: [app] }));
      await settle(agent, kube, { clock });
      expect(kube.read(aId)?.['data']).toEqual({ value });
    }
  });
});

describe('traffic', () => {
  it('stays where it is while ready pods are no endpoints yet', async () => {
    const { kube, channel, clock, agent } = world();
    const v1 = exampleApp([{ n: 1, replicas: 1, weight: 100 }]);
    const v2 = exampleApp([{ n: 2, replicas: 1, weight: 100 }]);
    channel.publish(testBundle({ generation: 1, apps: [v1] }));
    await settle(agent, kube, { clock });
    channel.publish(testBundle({ generation: 2, apps: [v2], retired: retiredBetween([v1], [v2]) }));
    const slice = 'discovery.k8s.io/EndpointSlice/default/example-v2-slice';
    const lag = () => {
      if (kube.read(slice) !== undefined) kube.edit(slice, (object) => (object['endpoints'] = []), 'controllers');
    };
    const routes = () => JSON.stringify(kube.read('networking.istio.io/VirtualService/default/example')?.['spec']);
    await settle(agent, kube, { clock, each: lag, max: 20 }).catch(() => undefined);
    expect(kube.read('apps/Deployment/default/example-web-v2')?.['status']).toMatchObject({ readyReplicas: 1 });
    expect(routes()).toContain('example-v1');
    expect(routes()).not.toContain('example-v2');
    expect(kube.read('apps/Deployment/default/example-web-v1')).toBeDefined();
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);
    expect(routes()).toContain('example-v2');
  });
});

describe('traffic to a revision whose content changes at the same time', () => {
  it('moves when the new content is ready, and not because the old one was', async () => {
    const { kube, channel, clock, agent } = world();
    const at = (weight: number, image: string) =>
      exampleApp([
        { n: 1, replicas: 1, weight, image },
        { n: 2, replicas: 1, weight: 100 - weight },
      ]);
    const router = 'networking.istio.io/VirtualService/default/example';
    const isMoved = () => JSON.stringify(kube.read(router)?.['spec']).includes('"weight":50');
    channel.publish(testBundle({ generation: 1, apps: [at(0, 'app:1')] }));
    await settle(agent, kube, { clock });
    channel.publish(testBundle({ generation: 2, apps: [at(50, 'app:1.1')] }));
    pullNext(agent);
    await pass(agent);
    expect(JSON.stringify(kube.read('apps/Deployment/default/example-web-v1'))).toContain('app:1.1');
    expect(isMoved()).toBe(false);
    await settle(agent, kube, { clock });
    expect(isMoved()).toBe(true);
  });
});

describe('capacity', () => {
  it('is kept until what replaces it is ready', async () => {
    const { kube, channel, clock, agent } = world();
    const one = exampleApp([{ n: 1, replicas: 4, weight: 100 }]);
    const both = exampleApp([
      { n: 1, replicas: 1, weight: 50 },
      { n: 2, replicas: 3, weight: 50 },
    ]);
    const replicas = () =>
      (kube.read('apps/Deployment/default/example-web-v1')?.['spec'] as { replicas: number }).replicas;
    channel.publish(testBundle({ generation: 1, apps: [one] }));
    await settle(agent, kube, { clock });
    channel.publish(testBundle({ generation: 2, apps: [both] }));
    await settle(agent, kube, { clock, readiness: (object) => (object.metadata.name.endsWith('v2') ? 1 : 4) });
    expect(replicas()).toBe(4);
    await settle(agent, kube, { clock });
    expect(replicas()).toBe(1);
  });
});

describe('a first install', () => {
  it('routes to what is ready rather than to nothing, then to the full split', async () => {
    const { kube, channel, clock, agent } = world();
    const app = exampleApp([
      { n: 1, replicas: 1, weight: 30 },
      { n: 2, replicas: 1, weight: 70 },
    ]);
    channel.publish(testBundle({ generation: 1, apps: [app], retired: retiredBetween([], [app]) }));
    const router = 'networking.istio.io/VirtualService/default/example';
    const split = () =>
      JSON.stringify((kube.read(router)?.['spec'] as { http: unknown } | undefined)?.http ?? null).match(
        /"weight":\d+/g,
      );
    await settle(agent, kube, { clock, readiness: () => 0 });
    expect(split()).toBeNull();
    await settle(agent, kube, { clock, readiness: (object) => (object.metadata.name.endsWith('v1') ? 1 : 0) });
    expect(split()).toEqual(['"weight":100', '"weight":0']);
    expect((await settle(agent, kube, { clock })).isSettled).toBe(true);
    expect(split()).toEqual(['"weight":30', '"weight":70']);
  });
});
