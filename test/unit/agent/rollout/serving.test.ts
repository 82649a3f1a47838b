import { describe, expect, it } from 'vitest';
import { pass } from '../../../../agent/pass.ts';
import { appHealth } from '../../../../agent/report/health.ts';
import { fakeChannel, handAgent, manualClock, pullNext, settle, testDeps } from '../../../fakes/agent.ts';
import {
  exampleApp,
  retiredBetween,
  testBundle,
  type TestApp,
  type TestRevision,
} from '../../../fixtures/agent/apps.ts';
import { fakeKube, type FakeKube } from '../../../fakes/kube.ts';
import { stepControllers, wanted, type Readiness } from '../../../fakes/workloads.ts';

const web = (n: number) => `apps/Deployment/default/example-web-v${n}`;
const service = (n: number) => `/Service/default/example-v${n}`;
const routerId = 'networking.istio.io/VirtualService/default/example';
const onlyFirst: Readiness = (workload) => (workload.metadata.name.endsWith('v1') ? wanted(workload) : 0);

type Router = 'istio' | 'none';

function startWorld(router: Router = 'istio') {
  const kube = fakeKube();
  const channel = fakeChannel();
  const clock = manualClock();
  let agent = handAgent(testDeps(kube, channel, clock));
  let readiness: Readiness = onlyFirst;
  const published: TestApp[] = [];
  return {
    kube,
    clock,
    agent: () => agent,
    restart: () => {
      agent.close();
      agent = handAgent(testDeps(kube, channel, clock));
    },
    fare: (next: Readiness) => (readiness = next),
    publish: (...revisions: readonly Partial<TestRevision>[]) => {
      const full = revisions.map((one) => ({ n: 1, replicas: 3, weight: 100, ...one }));
      const apps = full.length === 0 ? [] : [exampleApp(full, { deadline: 10, router })];
      channel.publish(
        testBundle({ generation: published.length + 1, apps, retired: [...new Set(retiredBetween(published, apps))] }),
      );
      published.push(...apps);
      pullNext(agent);
    },
    settle: () => settle(agent, kube, { clock, readiness, max: 200 }),
    step: async () => {
      await pass(agent);
      clock.move(150);
      if (podsOf(kube, 1) !== 0) stepControllers(kube, readiness);
    },
    pass: () => pass(agent),
  };
}

/** What the agent kept of the state that runs is deleted. */
function loseKept(kube: FakeKube): void {
  for (const id of [...kube.objects.keys()]) if (id.startsWith('/Secret/sluice-system/sluice-kept-')) kube.remove(id);
}

/** v1 serves with 3 pods; v2 is wanted, and does not become ready. */
async function stuckWorld(router: Router = 'istio') {
  const world = startWorld(router);
  world.publish({ n: 1 });
  await world.settle();
  world.publish({ n: 2 });
  await world.settle();
  return world;
}

const podsOf = (kube: FakeKube, n: number) => {
  const object = kube.read(web(n));
  return object === undefined ? 'gone' : wanted(object);
};
const weightsOf = (kube: FakeKube) => {
  const spec = kube.read(routerId)?.['spec'] as
    { http: { route: { destination: { host: string }; weight: number }[] }[] } | undefined;
  return spec?.http[0]?.route.map(({ destination, weight }) => `${destination.host} ${weight}`).join(', ') ?? 'gone';
};

describe('what serves, while its successor is not ready', () => {
  it.each<Router>(['istio', 'none'])('gets its pods back when they are taken by hand (%s)', async (router) => {
    const { kube, settle: go } = await stuckWorld(router);
    kube.edit(web(1), (object) => ((object['spec'] as { replicas: number }).replicas = 1));
    await go();
    expect(podsOf(kube, 1)).toBe(3);
  });

  it.each<Router>(['istio', 'none'])('is made again when it is deleted by hand (%s)', async (router) => {
    const { kube, settle: go } = await stuckWorld(router);
    kube.remove(web(1));
    await go();
    expect(podsOf(kube, 1)).toBe(3);
    kube.remove(service(1));
    await go();
    expect(kube.read(service(1))).toBeDefined();
  });

  it('keeps its content', async () => {
    const { kube, settle: go } = await stuckWorld();
    kube.edit(service(1), (object) => ((object['spec'] as { ports: unknown }).ports = [{ port: 81 }]));
    await go();
    expect(kube.read(service(1))).toMatchObject({ spec: { ports: [{ port: 80 }] } });
  });

  it('gets its traffic object back, and all of the traffic', async () => {
    const { kube, settle: go } = await stuckWorld();
    kube.remove(routerId);
    await go();
    expect(weightsOf(kube)).toBe('example-v1 100');
  });

  it.each<Router>(['istio', 'none'])(
    'is repaired after a restart in the middle of the change, too (%s)',
    async (router) => {
      const world = await stuckWorld(router);
      world.restart();
      world.kube.remove(service(1));
      world.kube.edit(web(1), (object) => ((object['spec'] as { replicas: number }).replicas = 1));
      if (router === 'istio') world.kube.remove(routerId);
      expect((await world.settle()).apps[0]?.plan?.unrepaired).toBeUndefined();
      expect([podsOf(world.kube, 1), world.kube.read(service(1)) !== undefined]).toEqual([3, true]);
      if (router === 'istio') expect(weightsOf(world.kube)).toBe('example-v1 100');
      world.restart();
      world.kube.remove(web(1));
      await world.settle();
      expect(podsOf(world.kube, 1)).toBe(3);
      world.fare((workload) => wanted(workload));
      expect((await world.settle()).isSettled).toBe(true);
      expect([podsOf(world.kube, 1), podsOf(world.kube, 2)]).toEqual(['gone', 3]);
    },
  );

  it('of two generations before is repaired after a restart', async () => {
    const world = await stuckWorld();
    world.publish({ n: 3 });
    await world.settle();
    world.restart();
    world.kube.remove(web(1));
    await world.settle();
    expect([podsOf(world.kube, 1), podsOf(world.kube, 2), podsOf(world.kube, 3)]).toEqual([3, 'gone', 3]);
  });

  it('keeps its pods for the settle time where the agent ended after it moved the traffic', async () => {
    const world = await stuckWorld();
    world.fare((workload) => wanted(workload));
    for (let n = 0; n < 60 && weightsOf(world.kube) !== 'example-v2 100'; n += 1) await world.step();
    expect([weightsOf(world.kube), podsOf(world.kube, 1)]).toEqual(['example-v2 100', 3]);
    world.restart();
    await world.pass();
    expect(podsOf(world.kube, 1)).toBe(3);
    expect((await world.settle()).isSettled).toBe(true);
    expect(podsOf(world.kube, 1)).toBe('gone');
  });

  it('stays stopped where the agent ended after it stopped it', async () => {
    const world = await stuckWorld();
    world.fare((workload) => wanted(workload));
    // The pods of the old one are still there: it waits for their end.
    const isStopped = () => podsOf(world.kube, 1) === 0;
    for (let n = 0; n < 60 && !isStopped(); n += 1) await world.step();
    expect(isStopped()).toBe(true);
    world.restart();
    const from = world.kube.writesLog.length;
    expect((await world.settle()).isSettled).toBe(true);
    expect(world.kube.writesLog.slice(from)).not.toContain('update Deployment/example-web-v1');
    expect(podsOf(world.kube, 1)).toBe('gone');
  });

  it('is named where others changed it and what was kept of it is lost, after a restart in the middle of the change', async () => {
    const world = await stuckWorld();
    const plan = async () => (await world.settle()).apps[0]?.plan;
    expect((await plan())?.unrepaired).toBeUndefined();
    world.restart();
    loseKept(world.kube);
    expect((await plan())?.unrepaired).toBeUndefined();
    world.kube.remove(service(1));
    world.kube.edit(web(1), (object) => ((object['spec'] as { replicas: number }).replicas = 2));
    expect((await plan())?.unrepaired?.toSorted()).toEqual([service(1), web(1)].sort());
    const outcome = await world.pass();
    const { message } = appHealth(outcome, outcome.apps[0]!, {
      ...{ live: world.agent().view, faults: [], fights: new Map(), explanation: null, givesUpAt: null },
    });
    expect(message).toMatch(/not repaired before this change is done .*: .*Deployment\/example-web-v1/);
    world.fare((workload) => wanted(workload));
    expect((await world.settle()).apps[0]?.plan?.unrepaired).toBeUndefined();
  });

  it('is gone once the successor is ready, and does not come back', async () => {
    const world = await stuckWorld();
    world.kube.remove(web(1));
    await world.settle();
    world.fare((workload) => wanted(workload));
    expect((await world.settle()).isSettled).toBe(true);
    expect([podsOf(world.kube, 1), podsOf(world.kube, 2), weightsOf(world.kube)]).toEqual([
      'gone',
      3,
      'example-v2 100',
    ]);
    expect(world.agent().memory.serving.objects.size).toBe(0);
    const before = world.kube.counters();
    await world.pass();
    expect(world.kube.counters()).toEqual(before);
  });

  it('is still repaired when a third generation comes, and the broken one between goes', async () => {
    const world = await stuckWorld();
    world.publish({ n: 3 });
    await world.settle();
    expect([podsOf(world.kube, 1), podsOf(world.kube, 2), podsOf(world.kube, 3)]).toEqual([3, 'gone', 3]);
    world.kube.remove(web(1));
    await world.settle();
    expect([podsOf(world.kube, 1), podsOf(world.kube, 2), podsOf(world.kube, 3)]).toEqual([3, 'gone', 3]);
  });

  it('is not scaled down while its own pods are away for a moment, without traffic either', async () => {
    const world = await stuckWorld('none');
    world.fare(() => 0);
    await world.settle();
    expect(podsOf(world.kube, 1)).toBe(3);
    world.fare(onlyFirst);
    await world.settle();
    expect(podsOf(world.kube, 1)).toBe(3);
  });

  it('is repaired ever more rarely when that is refused, and the change goes on all the same', async () => {
    const world = await stuckWorld();
    world.kube.fault = (call) => (call === 'update Deployment/example-web-v1' ? 'OBJECT_REJECTED' : null);
    world.kube.edit(web(1), (object) => ((object['spec'] as { replicas: number }).replicas = 1));
    const tries = () => world.kube.writesLog.filter((call) => call === 'update Deployment/example-web-v1').length;
    for (let second = 0; second < 60; second += 1) {
      await world.pass();
      world.clock.move(1_000);
    }
    expect(tries()).toBeGreaterThan(1);
    expect(tries()).toBeLessThan(10);
    world.fare((workload) => wanted(workload));
    expect((await world.settle()).isSettled).toBe(true);
    expect(podsOf(world.kube, 1)).toBe('gone');
  });

  it('is not kept once its application is gone', async () => {
    const world = await stuckWorld();
    world.publish();
    await world.settle();
    expect([podsOf(world.kube, 1), podsOf(world.kube, 2)]).toEqual(['gone', 'gone']);
  });

  it('costs no request while nothing changes it', async () => {
    const world = await stuckWorld();
    const before = world.kube.counters();
    await world.pass();
    expect(world.kube.counters()).toEqual(before);
  });
});
