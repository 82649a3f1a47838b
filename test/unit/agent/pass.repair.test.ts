import { describe, expect, it } from 'vitest';
import { fightsOf } from '../../../agent/apply/repairs.ts';
import type { Agent } from '../../../agent/agent.ts';
import type { Outcome } from '../../../agent/model/outcome.ts';
import { pass } from '../../../agent/pass.ts';
import { blockedDeletions } from '../../../agent/report/blocked-deletions.ts';
import { buildReport } from '../../../agent/report/build.ts';
import { appHealth } from '../../../agent/report/health.ts';
import { label, owner } from '../../../shared/model/names.ts';
import { idOf, type KubeObject } from '../../../shared/model/object.ts';
import type { AgentReport } from '../../../shared/wire/report.ts';
import { fakeChannel, handAgent, manualClock, settle, testDeps, type ManualClock } from '../../fakes/agent.ts';
import { configMap, plainApp, retiredBetween, testBundle, type TestApp } from '../../fixtures/agent/apps.ts';
import { fakeKube, type FakeKube } from '../../fakes/kube.ts';

interface World {
  readonly kube: FakeKube;
  readonly clock: ManualClock;
  readonly agent: Agent;
  readonly publish: (...objects: readonly KubeObject[]) => Promise<Outcome>;
  /** The agent's successor after a restart: it remembers only what the cluster does. */
  readonly restarted: () => World;
}

function open(
  kube = fakeKube(),
  channel = fakeChannel(),
  clock = manualClock(),
  before: { readonly generation: number; readonly published: readonly TestApp[] } = { generation: 1, published: [] },
): World {
  let { generation, published } = before;
  const agent = handAgent(testDeps(kube, channel, clock));
  return {
    kube,
    clock,
    agent,
    publish: (...objects) => {
      const apps = [plainApp('one', objects)];
      channel.publish(testBundle({ generation: generation++, apps, retired: retiredBetween(published, apps) }));
      published = [...published, ...apps];
      return settle(agent, kube, { clock });
    },
    restarted: () => open(kube, channel, clock, { generation, published }),
  };
}

/** What the report says of the one application. */
function told({ agent, clock }: World, outcome: Outcome): string {
  const faults = [...agent.memory.faults.faults.values()].map((one) => one.row);
  const fights = fightsOf(agent.memory.faults.repairs, clock.monotonic());
  const { health, message } = appHealth(outcome, outcome.apps[0]!, {
    live: agent.view,
    faults,
    fights,
    explanation: null,
    givesUpAt: null,
  });
  return `${health} ${message}`;
}

/** The report that this outcome makes. */
function reportOf({ agent, clock }: World, outcome: Outcome): AgentReport {
  const { memory, view, deps } = agent;
  return buildReport({
    outcome,
    live: view,
    identity: deps.identity,
    settings: deps.settings,
    cluster: { kubernetes: '', capabilities: [], clusterUid: '' },
    faults: memory.faults.faults,
    fights: new Map(),
    explanations: memory.explanations,
    progress: memory.progress,
    monotonic: clock.monotonic(),
    channelFault: null,
    agentFault: null,
    isFresh: true,
    isAhead: false,
    now: clock.now(),
    since: new Map(),
  });
}

const map = '/ConfigMap/default/a';
const job = 'batch/Job/default/migrate';
const migrate = (image = 'one', spec: object = {}): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate', namespace: 'default' },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'm', image }] } }, ...spec },
});
const ended = (kube: FakeKube, type: string) =>
  kube.edit(job, (object) => (object['status'] = { conditions: [{ type, status: 'True' }] }), 'job-controller');

describe('a Job that ran to its end and is gone', () => {
  it.each([
    ['Complete', 'Healthy Ready:1/1'],
    ['Failed', 'Degraded Ready:0/1 Job/migrate: failed, and was removed since: change it to have it run again'],
  ])('is done, after a restart too, when it was %s', async (type, words) => {
    const world = open();
    await world.publish(migrate());
    ended(world.kube, type);
    await settle(world.agent, world.kube, world);
    world.kube.remove(job);
    expect(told(world, await settle(world.agent, world.kube, world))).toBe(words);
    const after = world.restarted();
    expect(told(after, await settle(after.agent, after.kube, after))).toBe(words);
    expect(world.kube.read(job)).toBeUndefined();
  });

  it('is done although its end and its removal came between two passes', async () => {
    const world = open();
    await world.publish(migrate());
    ended(world.kube, 'Complete');
    world.kube.remove(job);
    await settle(world.agent, world.kube, world);
    expect(world.kube.read(job)).toBeUndefined();
  });

  it('runs again with another content, once', async () => {
    const world = open();
    await world.publish(migrate());
    ended(world.kube, 'Complete');
    world.kube.remove(job);
    await settle(world.agent, world.kube, world);
    await world.publish(migrate('two'));
    expect(JSON.stringify(world.kube.read(job))).toContain('"image":"two"');
    ended(world.kube, 'Complete');
    world.kube.remove(job);
    await settle(world.agent, world.kube, world);
    expect(world.kube.read(job)).toBeUndefined();
  });

  it('is taken to have ended where its TTL may have removed it while no agent ran', async () => {
    const world = open();
    await world.publish(migrate('one', { ttlSecondsAfterFinished: 3 }));
    world.kube.remove(job);
    const after = world.restarted();
    expect(told(after, await settle(after.agent, after.kube, after))).toBe('Healthy Ready:1/1');
    expect(world.kube.read(job)).toBeUndefined();
  });

  it.each<[how: string, spec: object, before: (kube: FakeKube) => void]>([
    ['it ran', { ttlSecondsAfterFinished: 3 }, () => undefined],
    ['it was suspended', {}, (kube) => ended(kube, 'Suspended')],
  ])('is made again when it was deleted while %s', async (_, spec, before) => {
    const world = open();
    await world.publish(migrate('one', spec));
    before(world.kube);
    await settle(world.agent, world.kube, world);
    world.kube.remove(job);
    await settle(world.agent, world.kube, world);
    expect(world.kube.read(job)).toBeDefined();
  });
});

const pod = '/Pod/default/once';
const once = (restartPolicy: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'once', namespace: 'default' },
  spec: { restartPolicy, containers: [{ name: 'm', image: 'i' }] },
});

describe('a bare Pod that is gone', () => {
  it.each<[restart: string, status: object, isDone: boolean]>([
    ['Never', { phase: 'Succeeded' }, true],
    ['OnFailure', { phase: 'Succeeded' }, true],
    ['Never', { phase: 'Failed' }, true],
    ['Never', { phase: 'Failed', reason: 'Evicted' }, false],
    ['Never', { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True' }] }, false],
    ['Always', { phase: 'Failed' }, false],
    ['Never', { phase: 'Running' }, false],
  ])('with restartPolicy %s after %j: done = %s', async (restart, status, isDone) => {
    const world = open();
    await world.publish(once(restart));
    world.kube.edit(pod, (object) => (object['status'] = status), 'kubelet');
    await settle(world.agent, world.kube, world);
    world.kube.remove(pod);
    await settle(world.agent, world.kube, world);
    expect(world.kube.read(pod) === undefined).toBe(isDone);
  });

  it('is made again when it came to its end because it was deleted', async () => {
    const world = open();
    await world.publish(once('Never'));
    world.kube.edit(pod, ({ metadata }) => (metadata.finalizers = ['kubelet']), 'kubelet');
    world.kube.remove(pod);
    world.kube.edit(pod, (object) => (object['status'] = { phase: 'Succeeded' }), 'kubelet');
    await settle(world.agent, world.kube, world);
    world.kube.edit(pod, ({ metadata }) => (metadata.finalizers = []), 'kubelet');
    world.kube.remove(pod);
    await settle(world.agent, world.kube, world);
    expect(world.kube.read(pod)?.metadata.deletionTimestamp).toBeUndefined();
    expect(world.kube.read(pod)).toBeDefined();
  });
});

/** Runs passes for ten minutes, a second apart, while something else has its way before each; requests in the last five. */
async function fight(world: World, rival: (kube: FakeKube) => void): Promise<{ requests: number; outcome: Outcome }> {
  let outcome = await pass(world.agent);
  let before = 0;
  for (let second = 0; second < 600; second += 1) {
    if (second === 300) before = world.kube.counters().requests;
    rival(world.kube);
    outcome = await pass(world.agent);
    if (outcome.didWrite) outcome = await pass(world.agent);
    world.clock.move(1_000);
  }
  return { requests: world.kube.counters().requests - before, outcome };
}

describe('an object that something else keeps changing', () => {
  const setLabel = (kube: FakeKube) => {
    const labels = kube.read(map)?.metadata.labels ?? {};
    if (labels[label.managedBy] === 'awx-operator') return;
    kube.edit(
      map,
      ({ metadata }) => (metadata.labels = { ...labels, [label.managedBy]: 'awx-operator' }),
      'awx-operator',
    );
  };
  it.each<[what: string, rival: (kube: FakeKube) => void, words: RegExp]>([
    ['the label that it is watched by', setLabel, /^Unknown .*fought over by awx-operator: metadata\.labels\./],
    [
      'a field',
      (kube) => kube.edit(map, (object) => (object['data'] = { value: 'theirs' }), 'operator'),
      /^Healthy .*fought over by operator: data\.value/,
    ],
    [
      'a field that it removes',
      (kube) => kube.edit(map, (object) => (object['data'] = { other: 'theirs' }), 'operator'),
      /^Healthy .*fought over by operator/,
    ],
    ['all of it, by deleting it', (kube) => kube.remove(map), /deleted again and again/],
    [
      'all of it, by putting its own in its place',
      (kube) => {
        kube.remove(map);
        kube.put_(configMap('a', 'theirs'));
      },
      /./,
    ],
  ])('costs no more than a request in ten seconds, and is named: %s', async (_, rival, words) => {
    const world = open();
    await world.publish(configMap('a'));
    const { requests, outcome } = await fight(world, rival);
    expect(requests).toBeLessThanOrEqual(30);
    expect(told(world, outcome)).toMatch(words);
  });

  it('is what was wanted again once the other has left it for good', async () => {
    const world = open();
    await world.publish(configMap('a'));
    await fight(world, (kube) => kube.edit(map, (object) => (object['data'] = { value: 'theirs' }), 'operator'));
    world.clock.move(300_000);
    await pass(world.agent);
    expect(world.kube.read(map)?.['data']).toEqual({ value: 'a' });
  });
});

describe('an object whose label is rewritten while it is written', () => {
  const rewrite = (object: KubeObject) => {
    if (object.kind === 'ConfigMap' && object.metadata.name === 'a')
      object.metadata.labels = { ...object.metadata.labels, [label.managedBy]: 'platform' };
  };

  it('is a fault that says so, and costs no more than a request in ten seconds', async () => {
    const world = open();
    world.kube.admit = rewrite;
    const first = await world.publish(configMap('a'));
    expect(told(world, first)).toMatch(/^Degraded .*managed-by was changed to "platform" .*admission policy/);
    expect((await fight(world, () => undefined)).requests).toBeLessThanOrEqual(30);
  });

  it('is made again when it was deleted, and is well once the policy is gone', async () => {
    const world = open();
    world.kube.admit = rewrite;
    await world.publish(configMap('a'));
    world.kube.remove(map);
    world.clock.move(600_000);
    await settle(world.agent, world.kube, world);
    expect(world.kube.read(map)).toBeDefined();
    world.kube.admit = () => undefined;
    world.clock.move(600_000);
    expect(told(world, await settle(world.agent, world.kube, world))).toBe('Healthy Ready:1/1');
  });
});

describe('an object that kubectl or Helm brought', () => {
  const legacy = (data: object): KubeObject => ({
    ...configMap('a'),
    metadata: { name: 'a', namespace: 'default', annotations: { [owner.adopt]: 'true' } },
    data,
  });

  it.each(['kubectl-client-side-apply', 'helm'])(
    'loses what the manifest leaves out once it is adopted from %s',
    async (manager) => {
      const world = open();
      world.kube.put_({ ...configMap('a'), data: {} });
      world.kube.edit(map, (object) => (object['data'] = { keep: '1', drop: '2' }), manager);
      world.kube.edit(map, ({ metadata }) => (metadata.annotations = { theirs: 'stays' }), 'operator');
      await world.publish(legacy({ keep: '1', drop: '2' }));
      expect(world.kube.read(map)?.['data']).toEqual({ keep: '1', drop: '2' });
      await world.publish(legacy({ keep: '1' }));
      expect(world.kube.read(map)?.['data']).toEqual({ keep: '1' });
      expect(world.kube.read(map)?.metadata.annotations?.['theirs']).toBe('stays');
    },
  );

  it.each(['kubectl-client-side-apply', 'helm'])(
    'loses at once what %s brought and the first manifest does not have',
    async (manager) => {
      const world = open();
      world.kube.put_({ ...configMap('a'), data: {} });
      world.kube.edit(map, (object) => (object['data'] = { keep: '1', drop: '2' }), manager);
      world.kube.edit(map, (object) => (object['data'] = { keep: '1', drop: '2', theirs: 'stays' }), 'operator');
      await world.publish(legacy({ keep: '1' }));
      expect(world.kube.read(map)?.['data']).toEqual({ keep: '1', theirs: 'stays' });
    },
  );

  it('keeps what people add by hand after that', async () => {
    const world = open();
    world.kube.put_({ ...configMap('a'), data: { keep: '1' } });
    await world.publish(legacy({ keep: '1' }));
    world.kube.edit(map, (object) => (object['data'] = { keep: 'x', more: 'stays' }));
    await settle(world.agent, world.kube, world);
    await world.publish(legacy({ keep: '2' }));
    expect(world.kube.read(map)?.['data']).toEqual({ keep: '2', more: 'stays' });
  });
});

describe('a field that the manifest leaves to others', () => {
  const shared = (data: object): KubeObject => ({
    ...configMap('a'),
    metadata: { name: 'a', namespace: 'default', annotations: { [owner.ignoreDifferences]: '["/data/theirs"]' } },
    data,
  });

  it('is made as the manifest says, then kept as it is, and nothing is written for it', async () => {
    const world = open();
    await world.publish(shared({ theirs: 'first', ours: '1' }));
    expect(world.kube.read(map)?.['data']).toEqual({ theirs: 'first', ours: '1' });
    world.kube.edit(map, (object) => (object['data'] = { theirs: 'injected', ours: '1' }), 'cainjector');
    const { writes } = world.kube.counters();
    await settle(world.agent, world.kube, world);
    expect(world.kube.counters().writes).toBe(writes);
    await world.publish(shared({ theirs: 'first', ours: '2' }));
    expect(world.kube.read(map)?.['data']).toEqual({ theirs: 'injected', ours: '2' });
    world.kube.edit(map, (object) => (object['data'] = { theirs: 'injected', ours: 'x' }));
    await settle(world.agent, world.kube, world);
    expect(world.kube.read(map)?.['data']).toEqual({ theirs: 'injected', ours: '2' });
  });
});

describe('faults', () => {
  it('are all told, not only the first', async () => {
    const world = open();
    world.kube.fault = (call) => (/^create ConfigMap\/[ab]$/.test(call) ? 'OBJECT_REJECTED' : null);
    const outcome = await world.publish(configMap('a'), configMap('b'), configMap('c'));
    expect(told(world, outcome)).toMatch(/^Degraded .*ConfigMap\/a: .*; ConfigMap\/b: /);
  });
});

describe('a retired object whose kind is not served', () => {
  const secret = '/Secret/default/s';
  const hidden: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } };

  it.each([
    ['its group does not answer', { code: 'UNAVAILABLE', isDefined: true }],
    ['its definition is there', { code: 'KIND_UNKNOWN', isDefined: true }],
  ] as const)('waits while %s, after a restart too, and is deleted once it is served', async (_, state) => {
    const first = open();
    await first.publish(hidden, configMap('a'));
    first.kube.unserved.set('Secret', state);
    const world = first.restarted();
    await world.publish(configMap('a'));
    world.clock.move(600_000);
    const waiting = await settle(world.agent, world.kube, world);
    expect(waiting.survivors).toEqual([secret]);
    const faults = world.agent.memory.faults.faults;
    expect(blockedDeletions(waiting, faults, world.agent.view)).toMatchObject([{ id: secret }]);
    expect(world.kube.read(secret)).toBeDefined();
    world.kube.unserved.clear();
    world.clock.move(600_000);
    await new Promise(setImmediate);
    expect((await settle(world.agent, world.kube, world)).survivors).toEqual([]);
    expect(world.kube.read(secret)).toBeUndefined();
  });

  it('is gone where nothing defines its kind any more', async () => {
    const first = open();
    await first.publish(hidden, configMap('a'));
    first.kube.unserved.set('Secret', { code: 'KIND_UNKNOWN', isDefined: false });
    const world = first.restarted();
    expect((await world.publish(configMap('a'))).survivors).toEqual([]);
  });
});

describe('an object of a custom kind', () => {
  const custom = (kind: string, namespace?: string): KubeObject => ({
    apiVersion: 't.example.com/v1',
    kind,
    metadata: { name: 'p1', ...(namespace !== undefined && { namespace }) },
    spec: { size: 1 },
  });
  const crd: KubeObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'pools.t.example.com' },
  };
  const wide = 't.example.com/Pool//p1';

  it.each([
    ['cluster-wide although the hub took it for namespaced', custom('Pool', 'default'), wide],
    [
      'namespaced although the hub took it for cluster-wide',
      custom('ClusterThing'),
      't.example.com/ClusterThing/default/p1',
    ],
  ])('is made once, is well, and costs nothing when it is %s', async (_, object, id) => {
    const world = open();
    const outcome = await world.publish(object);
    expect(told(world, outcome)).toBe('Healthy Ready:1/1');
    expect([...outcome.inventory.keys()]).toEqual([id]);
    expect(world.kube.read(id)).toBeDefined();
    const before = world.kube.counters();
    await pass(world.agent);
    expect(world.kube.counters()).toEqual(before);
  });

  it('is deleted when the hub retires it under the id that it guessed, and that id is reported', async () => {
    const world = open();
    await world.publish(custom('Pool', 'default'), configMap('a'));
    const outcome = await world.publish(configMap('a'));
    expect(world.kube.read(wide)).toBeUndefined();
    expect([outcome.survivors, outcome.unexplained]).toEqual([[], []]);
    expect(reportOf(world, outcome).retired.settled).toEqual(['t.example.com/Pool/default/p1']);
  });

  it('keeps its id while its kind is not served, after a restart too', async () => {
    const first = open();
    await first.publish(custom('Pool', 'default'));
    first.kube.unserved.set('Pool', { code: 'UNAVAILABLE', isDefined: true });
    const world = first.restarted();
    const outcome = await pass(world.agent);
    expect([...outcome.inventory.keys()]).toEqual([wide]);
    expect(outcome.unexplained).toEqual([]);
  });

  it('waits for the definition beside it instead of failing first', async () => {
    const world = open();
    world.kube.unserved.set('Pool', { code: 'KIND_UNKNOWN', isDefined: false });
    const waiting = await world.publish(crd, custom('Pool', 'default'));
    expect(told(world, waiting)).toMatch(/^Progressing /);
    expect([...world.agent.memory.faults.faults]).toEqual([]);
    world.kube.unserved.clear();
    const established = { conditions: [{ type: 'Established', status: 'True' }] };
    world.kube.edit(idOf(crd), (object) => (object['status'] = established), 'apiextensions');
    world.clock.move(2_000);
    await new Promise(setImmediate);
    expect(told(world, await settle(world.agent, world.kube, world))).toBe('Healthy Ready:2/2');
    expect([...world.kube.objects.keys()].filter((id) => id.includes('Pool'))).toEqual([wide]);
  });

  it('fails with words where the definition does not bring its kind', async () => {
    const world = open();
    world.kube.unserved.set('Pool', { code: 'KIND_UNKNOWN', isDefined: false });
    await world.publish(crd, custom('Pool', 'default'));
    world.clock.move(60_000);
    expect(told(world, await settle(world.agent, world.kube, world))).toMatch(/^Degraded .*Pool is not served/);
  });
});
