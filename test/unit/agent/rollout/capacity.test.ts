import { describe, expect, it } from 'vitest';
import { pass } from '../../../../agent/pass.ts';
import { fakeChannel, handAgent, manualClock, pullNext, settle, testDeps } from '../../../fakes/agent.ts';
import {
  exampleApp,
  retiredBetween,
  testBundle,
  type TestApp,
  type TestRevision,
} from '../../../fixtures/agent/apps.ts';
import { fakeKube } from '../../../fakes/kube.ts';
import { stepControllers, wanted, type Readiness } from '../../../fakes/workloads.ts';

const web = (n: number) => `apps/Deployment/default/example-web-v${n}`;
const scaler = (n: number) => `autoscaling/HorizontalPodAutoscaler/default/example-web-v${n}`;
const routerId = 'networking.istio.io/VirtualService/default/example';

type Options = Parameters<typeof exampleApp>[1];

/** A cluster with its agent, and bundles of `example` whose replicas are written down nowhere. */
function startWorld(options: Options = {}) {
  const kube = fakeKube();
  const channel = fakeChannel();
  const clock = manualClock();
  const open = () => handAgent(testDeps(kube, channel, clock));
  let agent = open();
  let readiness: Readiness = (workload) => wanted(workload);
  const published: TestApp[] = [];
  const world = {
    kube,
    clock,
    agent: () => agent,
    restart: () => {
      agent.close();
      agent = open();
    },
    fare: (next: Readiness) => (readiness = next),
    publish: (...revisions: readonly Partial<TestRevision>[]) => {
      const full = revisions.map((one) => ({ n: 1, replicas: null, weight: 100, ...one }));
      const apps = [exampleApp(full, { deadline: 10, ...options })];
      const retired = [...new Set(retiredBetween(published, apps))];
      published.push(...apps);
      channel.publish(testBundle({ generation: published.length, apps, retired }));
      pullNext(agent);
    },
    /** What an autoscaler, or `kubectl scale`, does. */
    scale: (n: number, to: number, by = 'kube-controller-manager') => {
      kube.edit(web(n), (object) => ((object['spec'] as { replicas: number }).replicas = to), by);
    },
    settle: () => settle(agent, kube, { clock, readiness, max: 200 }),
    pass: () => pass(agent),
    controllers: () => stepControllers(kube, readiness),
    /** Wanted pods of each workload that is there: `v1=6 v2=6`. */
    pods: () =>
      [1, 2, 3]
        .flatMap((n) => {
          const object = kube.read(web(n));
          return object === undefined ? [] : [`v${n}=${wanted(object)}`];
        })
        .join(' '),
    weights: () => {
      const spec = kube.read(routerId)?.['spec'] as { http: { route: { weight: number }[] }[] } | undefined;
      return spec?.http[0]?.route.map(({ weight }) => weight).join(' ') ?? 'none';
    },
  };
  return world;
}

/** The same world with v1 that serves, scaled to 6 by an autoscaler. */
async function scaledWorld(options: Options = {}) {
  const world = startWorld(options);
  world.publish({ n: 1 });
  await world.settle();
  world.scale(1, 6);
  await world.settle();
  return world;
}

/** Runs passes and controllers, and answers the fewest pods that were ready in all. */
async function leastReady(world: ReturnType<typeof startWorld>): Promise<number> {
  let least = Infinity;
  const look = () => {
    const ready = [1, 2, 3].map((n) => {
      const object = world.kube.read(web(n));
      const status = object?.['status'] as { readyReplicas?: number } | undefined;
      return object === undefined ? 0 : Math.min(status?.readyReplicas ?? 0, wanted(object));
    });
    least = Math.min(
      least,
      ready.reduce((sum, one) => sum + one, 0),
    );
  };
  for (let round = 0; round < 40; round += 1) {
    await world.pass();
    look();
    world.controllers();
    world.clock.move(150);
  }
  return least;
}

describe('a new revision of a workload that something else scales', () => {
  it.each(['istio', 'none'] as const)('begins with the replicas of its predecessor (%s)', async (router) => {
    const world = await scaledWorld({ router, isAutoscaled: true });
    world.publish({ n: 2 });
    expect(await leastReady(world)).toBe(6);
    expect(world.pods()).toBe('v2=6');
    expect(world.kube.read(scaler(2))).toBeDefined();
    expect(world.kube.read(scaler(1))).toBeUndefined();
  });

  it('is the autoscaler’s once that wrote a number, and only then', async () => {
    const world = await scaledWorld();
    world.publish({ n: 2 });
    await world.settle();
    world.kube.edit(web(2), (object) => (object.metadata.labels = { ...object.metadata.labels, team: 'x' }));
    world.publish({ n: 2, image: 'app:2-mended' });
    await world.settle();
    expect(world.pods()).toBe('v2=6');
    world.scale(2, 9);
    await world.settle();
    expect(world.pods()).toBe('v2=9');
    world.publish({ n: 2, image: 'app:2-again' });
    await world.settle();
    expect(world.pods()).toBe('v2=9');
    world.scale(2, 3);
    await world.settle();
    expect(world.pods()).toBe('v2=3');
  });

  it('comes out the same when the agent dies after each pass, and knows nothing of before', async () => {
    const world = await scaledWorld({ isAutoscaled: true });
    world.publish({ n: 2 });
    for (let round = 0; round < 20; round += 1) {
      await world.pass();
      expect(world.pods()).not.toMatch(/^v2=[0-5]|v1=[1-5]/);
      world.restart();
      world.controllers();
      world.clock.move(150);
      await world.pass();
      world.clock.move(150);
      world.restart();
    }
    expect((await world.settle()).isSettled).toBe(true);
    expect(world.pods()).toBe('v2=6');
  });

  it('follows its predecessor up while it is not ready, and is not lowered with it', async () => {
    const world = await scaledWorld();
    world.fare((workload) => (workload.metadata.name.endsWith('v2') ? 0 : wanted(workload)));
    world.publish({ n: 2 });
    await world.settle();
    expect(world.pods()).toBe('v1=6 v2=6');
    world.scale(1, 8);
    await world.settle();
    world.scale(1, 5);
    await world.settle();
    expect(world.pods()).toBe('v1=5 v2=8');
  });

  it('is not raised any more once its autoscaler wants fewer, and replaces the old one with those', async () => {
    const world = await scaledWorld();
    world.fare((workload) => (workload.metadata.name.endsWith('v2') ? 0 : wanted(workload)));
    world.publish({ n: 2 });
    await world.settle();
    world.scale(2, 4);
    await world.settle();
    expect(world.pods()).toBe('v1=6 v2=4');
    world.fare((workload) => wanted(workload));
    expect((await world.settle()).isSettled).toBe(true);
    expect(world.pods()).toBe('v2=4');
  });

  it('does not count a broken one between: the third begins like the one that serves', async () => {
    const world = await scaledWorld();
    world.fare((workload) => (workload.metadata.name.endsWith('v2') ? 0 : wanted(workload)));
    world.publish({ n: 2 });
    await world.settle();
    world.publish({ n: 3 });
    expect(await leastReady(world)).toBe(6);
    expect(world.pods()).toBe('v3=6');
  });

  it('takes the place of both that it replaces', async () => {
    const world = await scaledWorld();
    world.publish({ n: 1, weight: 50 }, { n: 2, weight: 50 });
    await world.settle();
    world.scale(2, 4);
    world.publish({ n: 3 });
    expect(await leastReady(world)).toBe(10);
    expect(world.pods()).toBe('v3=10');
  });

  it('begins with as many beside the one that stays, and neither moves the other after that', async () => {
    const world = await scaledWorld();
    world.publish({ n: 1, weight: 90 }, { n: 2, weight: 10 });
    await world.settle();
    world.scale(1, 9);
    await world.settle();
    expect(world.pods()).toBe('v1=9 v2=6');
  });

  it('that was scaled to nothing by hand stays at nothing, and keeps no change from ending', async () => {
    const world = await scaledWorld({ router: 'none' });
    world.scale(1, 0, 'kubectl');
    world.publish({ n: 2 });
    expect((await world.settle()).isSettled).toBe(true);
    expect(world.pods()).toBe('v2=0');
  });

  it('waits with its autoscaler until traffic has moved: without load it would take the new pods away', async () => {
    const world = await scaledWorld({ isAutoscaled: true });
    world.fare((workload) => (workload.metadata.name.endsWith('v2') ? 0 : wanted(workload)));
    world.publish({ n: 2 });
    await world.settle();
    expect([world.kube.read(scaler(1)) === undefined, world.kube.read(scaler(2)) === undefined]).toEqual([false, true]);
  });
});

describe('a revision that comes back while it is being removed', () => {
  it.each<[what: string, back: readonly Partial<TestRevision>[], pods: string]>([
    ['alone', [{ n: 1 }], 'v1=6'],
    [
      'beside its successor',
      [
        { n: 1, weight: 90 },
        { n: 2, weight: 10 },
      ],
      'v1=6 v2=6',
    ],
  ])('has its pods again, %s', async (_, back, pods) => {
    const world = await scaledWorld();
    world.publish({ n: 2 });
    for (let round = 0; round < 30 && !world.pods().startsWith('v1=0'); round += 1) {
      await world.pass();
      if (world.pods().startsWith('v1=0')) break;
      world.controllers();
      world.clock.move(150);
    }
    expect(world.pods()).toBe('v1=0 v2=6');
    world.publish(...back);
    await world.settle();
    expect(world.pods()).toBe(pods);
  });

  it('has one pod at least when all of the application was on its way out', async () => {
    const world = await scaledWorld();
    world.kube.edit(web(1), (object) => (object.metadata.finalizers = ['example.com/wait']));
    world.publish();
    for (let round = 0; round < 10 && world.pods() !== 'v1=0'; round += 1) await world.pass();
    expect(world.pods()).toBe('v1=0');
    world.publish({ n: 1 });
    await world.settle();
    expect(world.pods()).toBe('v1=1');
  });
});

describe('a workload whose number of replicas is taken out of the documents', () => {
  it('keeps its pods: they are handed over, not reset to the default', async () => {
    const world = startWorld();
    world.publish({ n: 1, replicas: 5 });
    await world.settle();
    world.publish({ n: 1 });
    await world.settle();
    expect(world.pods()).toBe('v1=5');
    world.publish({ n: 1, image: 'app:other' });
    await world.settle();
    world.scale(1, 7);
    await world.settle();
    expect(world.pods()).toBe('v1=7');
  });

  it('and a pass over it writes nothing more', async () => {
    const world = startWorld();
    world.publish({ n: 1, replicas: 5 });
    await world.settle();
    world.publish({ n: 1 });
    await world.settle();
    const before = world.kube.counters();
    await world.pass();
    expect(world.kube.counters()).toEqual(before);
  });
});
