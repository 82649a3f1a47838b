import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import type { Kube, KubeKey } from '../../../agent/model/kube.ts';
import { pass } from '../../../agent/pass.ts';
import { fieldManager } from '../../../shared/model/names.ts';
import { objectId, refOf, type KubeObject, type ObjectId } from '../../../shared/model/object.ts';
import type { Revision } from '../../../shared/wire/revision.ts';
import {
  fakeChannel,
  handAgent,
  manualClock,
  pullNext,
  settle,
  testDeps,
  type ManualClock,
} from '../../fakes/agent.ts';
import { exampleApp, retiredBetween, testBundle, type TestApp, type TestRevision } from '../../fixtures/agent/apps.ts';
import { expectAsRecomputed } from '../../fixtures/agent/recomputed.ts';
import { fakeKube, type FakeKube } from '../../fakes/kube.ts';
import { stepControllers, wanted } from '../../fakes/workloads.ts';

type Action =
  | { readonly kind: 'publish'; readonly revisions: readonly TestRevision[] }
  | { readonly kind: 'pass' }
  | { readonly kind: 'controllers'; readonly bad: number; readonly slow: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'scaled by hand'; readonly n: number; readonly to: number }
  | { readonly kind: 'autoscaled'; readonly n: number; readonly to: number }
  | { readonly kind: 'deleted by hand'; readonly n: number };

const revisionSet: fc.Arbitrary<readonly TestRevision[]> = fc
  .uniqueArray(
    fc.record({ n: fc.integer({ min: 1, max: 3 }), replicas: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 2 }) }),
    {
      selector: (one) => one.n,
      maxLength: 2,
    },
  )
  .chain((list) =>
    fc.integer({ min: 0, max: 100 }).map((weight) => {
      const [first, second] = list;
      if (first === undefined) return [];
      if (second === undefined) return [{ ...first, weight: 100 }];
      return [
        { ...first, weight },
        { ...second, weight: 100 - weight },
      ];
    }),
  );

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 2, arbitrary: revisionSet.map((revisions): Action => ({ kind: 'publish', revisions })) },
  { weight: 6, arbitrary: fc.constant<Action>({ kind: 'pass' }) },
  {
    weight: 5,
    arbitrary: fc
      .record({ bad: fc.integer({ min: 0, max: 3 }), slow: fc.integer({ min: 0, max: 4 }) })
      .map((one): Action => ({ kind: 'controllers', ...one })),
  },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'restart' }) },
  {
    weight: 1,
    arbitrary: fc
      .record({ n: fc.integer({ min: 1, max: 3 }), to: fc.integer({ min: 0, max: 5 }) })
      .map((one): Action => ({ kind: 'scaled by hand', ...one })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ n: fc.integer({ min: 1, max: 3 }), to: fc.integer({ min: 1, max: 6 }) })
      .map((one): Action => ({ kind: 'autoscaled', ...one })),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((n): Action => ({ kind: 'deleted by hand', n })) },
);

const routerId = 'networking.istio.io/VirtualService/default/example';

function weightsOf(object: KubeObject | undefined): Map<string, number> {
  const spec = object?.['spec'] as
    { http: { route: { destination: { host: string }; weight: number }[] }[] } | undefined;
  return new Map(spec?.http[0]?.route.map((route) => [route.destination.host, route.weight]) ?? []);
}

const webId = (n: number): ObjectId => `apps/Deployment/default/example-web-v${n}`;

function wantedOf(kube: FakeKube, id: ObjectId): number {
  const object = kube.read(id);
  return object === undefined ? 0 : wanted(object);
}

function readyOf(kube: FakeKube, id: ObjectId): number {
  return (kube.read(id)?.['status'] as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0;
}

function endpointsOf(kube: FakeKube, service: string): number {
  return (
    (kube.read(`discovery.k8s.io/EndpointSlice/default/${service}-slice`)?.['endpoints'] as unknown[] | undefined)
      ?.length ?? 0
  );
}

/** Pods that are ready and meant to stay. */
function capacityOf(kube: FakeKube, id: ObjectId): number {
  const object = kube.read(id);
  return object === undefined ? 0 : Math.min(readyOf(kube, id), wanted(object));
}

/** The same cluster, in which every write is held against the invariants at the moment at which it is made. */
function watched(kube: FakeKube, accepted: () => Revision | null, violations: string[]): Kube {
  const mayLower = (id: ObjectId, to: number) => {
    const app = accepted()?.apps[0];
    if (app === undefined || capacityOf(kube, id) <= to) return;
    const rest = [...kube.objects.keys()].filter((one) => one.startsWith('apps/Deployment/') && one !== id);
    const capacity = to + rest.reduce((sum, one) => sum + capacityOf(kube, one), 0);
    const desired = app.replicas.reduce((sum, one) => sum + one.value, 0);
    // Where no number is written down, one ready pod at least stays of an application that has any.
    const least = Math.max(desired, app.objects.length > 0 && revisionsWithoutNumber(app) ? 1 : 0);
    if (capacity < least) violations.push(`I15: ${id} to ${to} leaves ${capacity} of ${desired} ready pods`);
  };
  const mayRoute = (object: KubeObject) => {
    const live = weightsOf(kube.read(routerId));
    for (const [service, weight] of weightsOf(object)) {
      if (weight <= (live.get(service) ?? 0) || endpointsOf(kube, service) > 0) continue;
      violations.push(`I15: weight ${weight} to ${service} without ready endpoints`);
    }
  };
  const check = (object: KubeObject) => {
    if (object.kind === 'VirtualService') mayRoute(object);
    if (object.kind === 'Deployment') mayLower(objectId(refOf(object)), wantedAfter(kube, object));
  };
  const mayDelete = (id: ObjectId) => {
    const revision = accepted();
    const isWanted = revision?.apps.some((app) => app.objects.some((one) => one.id === id)) ?? true;
    const isRetired = revision?.retired.some((one) => one.id === id) ?? false;
    if (isWanted || !isRetired) violations.push(`I2: ${id} is deleted without being retired`);
  };
  return {
    ...kube,
    create: (resource, object, options) => {
      check(object);
      return kube.create(resource, object, options);
    },
    update: (resource, object, uid, options) => {
      check(object);
      return kube.update(resource, object, uid, options);
    },
    scale: (key, replicas, options) => {
      mayLower(keyId(key), replicas);
      return kube.scale(key, replicas, options);
    },
    delete: (key, options) => {
      if (key.namespace !== 'sluice-system') {
        mayDelete(keyId(key));
        if (key.resource.kind === 'Deployment') mayLower(keyId(key), 0);
      }
      return kube.delete(key, options);
    },
  };
}

/** The pods that a workload wants after it was applied: a number that the manifest leaves out stays while another manager owns it. */
function wantedAfter(kube: FakeKube, object: KubeObject): number {
  const live = kube.objects.get(objectId(refOf(object)));
  const isWritten = (object['spec'] as { replicas?: number }).replicas !== undefined;
  if (isWritten || live === undefined) return wanted(object);
  const owns = ([who, paths]: readonly [string, ReadonlySet<string>]) =>
    who !== `${fieldManager} Apply` && paths.has('/spec/replicas');
  return [...live.owners].some(owns) ? wanted(live.object) : wanted(object);
}

/** True when a workload of the application has no number of replicas written down. */
function revisionsWithoutNumber(app: Revision['apps'][number]): boolean {
  const written = new Set(app.replicas.map(({ id }) => id));
  return app.objects.some(({ id }) => id.startsWith('apps/Deployment/') && !written.has(id));
}

function keyId({ resource, namespace, name }: KubeKey): ObjectId {
  return objectId({ group: resource.group, kind: resource.kind, namespace, name });
}

/** One cluster, its agent and its hub, from the first bundle to the last. */
interface Story {
  readonly kube: FakeKube;
  readonly clock: ManualClock;
  readonly violations: readonly string[];
  /** What the last bundle wants. */
  readonly last: () => readonly TestApp[];
  readonly agent: () => Agent & { readonly close: () => void };
  readonly restart: () => void;
  readonly publish: (revisions: readonly TestRevision[]) => void;
}

function openStory(): Story {
  const kube = fakeKube();
  const channel = fakeChannel();
  const clock = manualClock();
  const violations: string[] = [];
  let now: Revision | null = null;
  const start = () => handAgent(testDeps(watched(kube, () => now, violations) as FakeKube, channel, clock));
  let agent = start();
  let generation = 0;
  // Like the hub: everything that was ever published and is wanted no more is retired.
  const published: TestApp[] = [];
  let last: readonly TestApp[] = [];
  return {
    kube,
    clock,
    violations,
    last: () => last,
    agent: () => agent,
    restart: () => {
      agent.close();
      agent = start();
    },
    publish: (revisions) => {
      last = revisions.length === 0 ? [] : [exampleApp(revisions, { deadline: 3 })];
      const retired = [...new Set(retiredBetween(published, last))];
      const bundle = testBundle({ generation: ++generation, apps: last, retired });
      published.push(...last);
      now = bundle.revision;
      channel.publish(bundle);
      pullNext(agent);
    },
  };
}

type Moves = {
  readonly [K in Action['kind']]: (story: Story, action: Extract<Action, { readonly kind: K }>) => unknown;
};

/** What each action does to a story. */
const moves: Moves = {
  publish: (story, { revisions }) => story.publish(revisions),
  pass: async (story) => {
    expectAsRecomputed(story.agent(), await pass(story.agent()));
  },
  controllers: ({ kube }, { bad, slow }) =>
    stepControllers(kube, (workload) => (workload.metadata.name.endsWith(`v${bad}`) ? 0 : slow)),
  restart: (story) => story.restart(),
  // Where no number is written down, one that is scaled to nothing by hand stays so: its traffic waits for pods.
  'scaled by hand': (story, { n, to }) =>
    scale(story, { id: webId(n), to: isFixed(story, webId(n)) ? to : Math.max(1, to), by: 'scaled by hand' }),
  // An autoscaler moves only what has no number of its own, and nothing that is being stopped.
  autoscaled: (story, { n, to }) =>
    isFixed(story, webId(n)) ? undefined : scale(story, { id: webId(n), to, by: 'autoscaled' }),
  'deleted by hand': ({ kube }, { n }) => kube.remove(webId(n)),
};

function perform(story: Story, action: Action): unknown {
  const move = moves[action.kind] as (story: Story, action: Action) => unknown;
  return move(story, action);
}

/** True for a workload whose number the bundle has, and for one that is being stopped. */
function isFixed(story: Story, id: ObjectId): boolean {
  return isFixedBy(story, id) || wantedOf(story.kube, id) === 0;
}

function isFixedBy({ last }: Pick<Story, 'last'>, id: ObjectId): boolean {
  return last().some(({ app }) => app.replicas.some((row) => row.id === id));
}

function scale({ kube }: Story, { id, to, by }: { readonly id: ObjectId; readonly to: number; readonly by: string }) {
  if (kube.read(id) === undefined) return;
  kube.edit(id, (object) => ((object['spec'] as { replicas: number }).replicas = to), by);
}

async function run(actions: readonly Action[]): Promise<void> {
  const story = openStory();
  story.publish([{ n: 1, replicas: 2, weight: 100 }]);
  for (const action of actions) {
    story.clock.move(60);
    await perform(story, action);
  }
  const outcome = await settle(story.agent(), story.kube, {
    ...{ clock: story.clock, max: 200 },
    each: () => scaleUpAgain(story),
  });
  expect(story.violations).toEqual([]);
  expect(outcome.isSettled).toBe(true);
  expectWantedState(story);
  story.agent().close();
}

/**
 * What somebody scaled to nothing before its number was left out stays so, its successor begins with nothing, too, and traffic waits
 * for pods: somebody scales them up again.
 */
function scaleUpAgain(story: Story): void {
  const objects = story.last().flatMap((app) => app.objects);
  for (const object of objects.filter((one) => one.kind === 'Deployment')) {
    const id = objectId(refOf(object));
    const live = story.kube.read(id);
    if (live !== undefined && wanted(live) === 0 && !isFixedBy(story, id))
      scale(story, { id, to: 1, by: 'scaled by hand' });
  }
}

/** The workloads and the split of the last bundle, and nothing else. */
function expectWantedState({ kube, last }: Story): void {
  const objects = last().flatMap((app) => app.objects);
  const isDeployment = (object: KubeObject) => object.kind === 'Deployment';
  const live = [...kube.objects.values()].map(({ object }) => object).filter(isDeployment);
  // Where no number is written down, any number of pods may be there.
  const free = new Set(
    objects
      .filter((object) => (object['spec'] as { replicas?: number }).replicas === undefined)
      .map((object) => object.metadata.name),
  );
  const podsOf = (object: KubeObject) =>
    `${object.metadata.name}=${free.has(object.metadata.name) ? 'free' : wanted(object)}`;
  expect(live.map(podsOf).sort()).toEqual(objects.filter(isDeployment).map(podsOf).sort());
  expect(weightsOf(kube.read(routerId))).toEqual(weightsOf(objects.find((one) => one.kind === 'VirtualService')));
}

describe('the phases of a change', () => {
  const runs = Number(process.env['PROPERTY_RUNS'] ?? 60);
  const timeout = 60_000 + 100 * runs;
  it(
    'never cost capacity nor lead traffic to nothing, delete only what is retired, and come to the wanted state',
    { timeout },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 60 }), (actions) => run(actions)),
        { numRuns: runs },
      );
    },
  );
});
