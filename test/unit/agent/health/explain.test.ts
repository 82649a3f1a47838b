import { describe, expect, it } from 'vitest';
import { explainUnready, nextLook, type Explanations } from '../../../../agent/health/explain.ts';
import type { LiveObject } from '../../../../agent/model/live.ts';
import type { AppOutcome } from '../../../../agent/model/outcome.ts';
import { pass } from '../../../../agent/pass.ts';
import { buildReport } from '../../../../agent/report/build.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import { fakeChannel, handAgent, manualClock, settle, testDeps } from '../../../fakes/agent.ts';
import { exampleApp, testBundle } from '../../../fixtures/agent/apps.ts';
import { fakeKube } from '../../../fakes/kube.ts';

type PodStatus = Readonly<Record<string, unknown>>;

function pod(name: string, labels: Readonly<Record<string, string>>, status: PodStatus): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, status };
}

const waiting = (reason: string, message = ''): PodStatus => ({
  phase: 'Pending',
  containerStatuses: [{ state: { waiting: { reason, message } } }],
});

/** An application whose four pods never become ready: its agent, and what its pods say when they are asked. */
async function unready(deadline = 600) {
  const [kube, channel, clock] = [fakeKube(), fakeChannel(), manualClock()];
  let pods: KubeObject[] = [];
  let lists = 0;
  const listing = {
    ...kube,
    list: (...[resource, options]: Parameters<typeof kube.list>) => {
      if (resource.kind !== 'Pod') return kube.list(resource, options);
      lists += 1;
      return Promise.resolve({ items: pods, resourceVersion: '1' });
    },
  };
  const agent = handAgent(testDeps(listing, channel, clock));
  channel.publish(
    testBundle({ generation: 1, apps: [exampleApp([{ n: 1, replicas: 4, weight: 100 }], { deadline })] }),
  );
  await settle(agent, kube, { clock, readiness: () => 0 });
  const look = async () => {
    const outcome = await pass(agent);
    await explainUnready(agent, outcome.apps, clock.monotonic());
    const text = agent.memory.explanations.get('default/example')?.text;
    return { outcome, text, next: nextLook(agent.memory.explanations) };
  };
  const { memory, deps, view } = agent;
  const message = async () => {
    const { outcome } = await look();
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
    }).apps[0]!.message;
  };
  return { agent, clock, look, message, say: (said: KubeObject[]) => (pods = said), lists: () => lists };
}

describe('why an application is not ready', () => {
  it.each<readonly [string, PodStatus, string]>([
    ['an image that is not there', waiting('ImagePullBackOff', 'no such image'), 'ImagePullBackOff: no such image'],
    ['a program that ends', waiting('CrashLoopBackOff', 'back-off 10s'), 'CrashLoopBackOff: back-off 10s'],
    [
      'a Secret that is missing',
      waiting('CreateContainerConfigError', 'secret "x" not found'),
      'CreateContainerConfigError: secret "x" not found',
    ],
    [
      'no node that fits',
      {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
      },
      '0/3 nodes',
    ],
  ])('is said two seconds after it was seen: %s', async (_, status, text) => {
    const { clock, look, say, lists } = await unready();
    say([pod('a', {}, { phase: 'Pending' }), pod('b', {}, status)]);
    expect((await look()).text).toBe('');
    expect(lists()).toBe(0);
    clock.move(2_000);
    expect((await look()).text).toBe(`Pod/b: ${text}`);
  });

  it('stands in the report long before the deadline, with the moment at which it is given up', async () => {
    const { clock, look, message, say } = await unready(600);
    say([pod('b', {}, waiting('ErrImagePull', 'not found'))]);
    await look();
    clock.move(2_000);
    const text = await message();
    expect(text).toContain('0 of 4 ready: Pod/b: ErrImagePull: not found; gives up at ');
    expect(text.match(/0 of 4 ready/g)).toHaveLength(1);
  });

  it('is asked for again in doubling pauses, a minute at most, however long it lasts', async () => {
    const { clock, look, say, lists } = await unready(3_600);
    say([pod('b', {}, waiting('ImagePullBackOff'))]);
    await look();
    for (let second = 0; second < 600; second++) {
      clock.move(1_000);
      await look();
    }
    expect(lists()).toBeGreaterThan(10);
    expect(lists()).toBeLessThan(17);
    const next = (await look()).next!;
    expect(next - clock.monotonic()).toBeLessThanOrEqual(60_000);
  });

  it('is forgotten, and no list is asked for, once everything is ready', async () => {
    const [kube, channel, clock] = [fakeKube(), fakeChannel(), manualClock()];
    const agent = handAgent(testDeps(kube, channel, clock));
    channel.publish(testBundle({ generation: 1, apps: [exampleApp([{ n: 1, replicas: 4, weight: 100 }])] }));
    await settle(agent, kube, { clock });
    const explanations: Explanations = new Map([['default/example', { key: '', text: 'old', looks: 1, nextAt: 0 }]]);
    const outcome = await pass(agent);
    await explainUnready({ ...agent, memory: { explanations } }, outcome.apps, clock.monotonic());
    expect(explanations.size).toBe(0);
    expect(nextLook(explanations)).toBeNull();
  });

  it('keeps the last reason while pods cannot be listed', async () => {
    const { agent, clock, look, say } = await unready();
    say([pod('b', {}, waiting('ImagePullBackOff'))]);
    await look();
    clock.move(2_000);
    expect((await look()).text).toBe('Pod/b: ImagePullBackOff');
    clock.move(60_000);
    const outcome = await pass(agent);
    const kube = { ...agent.kube, list: () => Promise.reject(new Error('refused')) };
    await explainUnready({ ...agent, kube }, outcome.apps, clock.monotonic());
    expect(agent.memory.explanations.get('default/example')?.text).toBe('Pod/b: ImagePullBackOff');
  });

  describe('of a StatefulSet that works in order', () => {
    const broken = (hash: string, more: object = {}): KubeObject => {
      const known = pod('db-0', { 'controller-revision-hash': hash }, waiting('CrashLoopBackOff'));
      return { ...known, metadata: { ...known.metadata, ...more } };
    };
    const textOf = async (ordered: LiveObject['ordered'], ...pods: readonly KubeObject[]) => {
      const object = { podLabels: {}, health: 'InProgress', replicas: { spec: 2 }, ...(ordered && { ordered }) };
      const explanations: Explanations = new Map();
      const kube = { ...fakeKube(), list: () => Promise.resolve({ items: pods, resourceVersion: '1' }) };
      const view = { object: () => object as unknown as LiveObject, isSynced: () => true, readyEndpoints: () => null };
      const ports = { memory: { explanations }, view, kube, signal: new AbortController().signal };
      const app = { digest: 'x', objects: [{ id: 'apps/StatefulSet/default/db' }], revisions: [] };
      const outcome = { key: 'default/db', app, plan: { blocked: null }, skipped: null } as unknown as AppOutcome;
      await explainUnready(ports, [outcome], 0);
      await explainUnready(ports, [outcome], 2_000);
      return explanations.get('default/db')?.text;
    };

    it('says what to do where a broken pod keeps a mended template from coming', async () => {
      expect(await textOf({ revision: 'new' }, broken('old'))).toBe(
        'Pod/db-0: CrashLoopBackOff; it has an older template, and the StatefulSet does not replace it before it is ready: ' +
          'kubectl -n default delete pod db-0',
      );
    });

    it('says nothing of what pods of an older content said', async () => {
      const explanations: Explanations = new Map([
        [
          'default/db',
          { key: 'old apps/StatefulSet/default/db', text: 'Pod/db-0: CrashLoopBackOff', looks: 1, nextAt: 9 },
        ],
      ]);
      const view = { object: () => ({ podLabels: {}, health: 'InProgress' }) as unknown as LiveObject };
      const live = { ...view, isSynced: () => true, readyEndpoints: () => null };
      const ports = { memory: { explanations }, view: live, kube: fakeKube(), signal: new AbortController().signal };
      const app = { digest: 'new', objects: [{ id: 'apps/StatefulSet/default/db' }], revisions: [] };
      const outcome = { key: 'default/db', app, plan: { blocked: null }, skipped: null } as unknown as AppOutcome;
      await explainUnready(ports, [outcome], 0);
      expect(explanations.get('default/db')?.text).toBe('');
    });

    it('says that the pods after it wait', async () => {
      const words = 'Pod/db-0: CrashLoopBackOff; the pods after it wait for it (OrderedReady)';
      expect(await textOf({ revision: 'new' }, broken('new'))).toBe(words);
      expect(await textOf({ revision: 'new' }, broken('new'), pod('db-1', {}, {}))).toBe('Pod/db-0: CrashLoopBackOff');
    });

    it('says nothing of the kind of one that replaces its pods at once, nor of a pod that leaves already', async () => {
      expect(await textOf(undefined, broken('old'))).toBe('Pod/db-0: CrashLoopBackOff');
      const leaving = broken('old', { deletionTimestamp: 'now' });
      expect(await textOf({ revision: 'new' }, leaving)).toBe('Pod/db-0: CrashLoopBackOff');
    });
  });
});
