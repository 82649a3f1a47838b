import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryContents } from '../../../agent/model/contents.ts';
import { createKube, type KubeClient } from '../../../agent/kube/client.ts';
import { loadKubeAccess } from '../../../agent/kube/config.ts';
import { runAgent } from '../../../agent/run/loop.ts';
import { defaultSettings, type AgentDeps } from '../../../agent/model/deps.ts';
import type { KubeKey } from '../../../agent/model/kube.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
import { cronFields } from '../../../shared/adapters/schedule.ts';
import { isSluiceError } from '../../../shared/errors.ts';
import { parseObjectId, type KubeObject, type ObjectId } from '../../../shared/model/object.ts';
import type { AgentReport } from '../../../shared/wire/report.ts';
import { fakeChannel, silentLog, type FakeChannel, wholeOf } from '../../fakes/agent.ts';
import {
  configMap,
  exampleApp,
  plainApp,
  retiredBetween,
  testBundle,
  type TestApp,
} from '../../fixtures/agent/apps.ts';
import { identity, registrationId } from '../../fixtures/agent/bundle.ts';

/** A cluster with Istio's kinds for the agent's integration tests. */
export interface EngineBackend {
  readonly name: string;
  readonly start: () => Promise<{ readonly kubeconfig: string; readonly stop: () => Promise<void> }>;
}

const never = new AbortController().signal;
const far = Date.parse('2099-01-01T00:00:00Z');

/** Registers the tests of the whole agent (loop, watches, real client) on a backend. */
export function agentOn(backend: EngineBackend): void {
  describe(`the agent on ${backend.name}`, () => {
    let kube: KubeClient;
    let stopCluster: () => Promise<void>;
    let channel: FakeChannel;
    let agent: RunningAgent;
    let generation = 0;
    let before: readonly TestApp[] = [];

    const publish = (...apps: readonly TestApp[]) => {
      generation += 1;
      channel.publish(testBundle({ generation, apps, retired: retiredBetween(before, apps), freshUntil: far }));
      before = apps;
    };
    const settled = () => agent.until((report) => report.settled && report.accepted?.generation === generation);

    beforeAll(async () => {
      const cluster = await backend.start();
      stopCluster = cluster.stop;
      const access = loadKubeAccess({ kubeconfig: cluster.kubeconfig, allowExec: false, clock: systemClock });
      kube = createKube({ access, clock: systemClock, random: systemRandom });
      for (const name of ['sluice-system', 'shop']) await makeNamespace(kube, name);
      channel = fakeChannel();
      agent = startTestAgent(kube, channel);
    }, 120_000);

    afterAll(async () => {
      await agent.stop();
      kube.close();
      await stopCluster();
    });

    it('installs, shifts in safe order, and takes the old revision away', async () => {
      publish(shop([{ n: 1, replicas: 2, weight: 100 }]), settings);
      await settled();
      publish(
        shop([
          { n: 1, replicas: 1, weight: 50 },
          { n: 2, replicas: 1, weight: 50 },
        ]),
        settings,
      );
      const report = await settled();
      expect(report.apps.find((app) => app.name === 'example')?.traffic).toEqual([
        { revision: 'example-v1', weight: 50 },
        { revision: 'example-v2', weight: 50 },
      ]);
      publish(shop([{ n: 2, replicas: 2, weight: 100 }]), settings);
      await settled();
      const healthy = await agent.until((one) => one.apps.every((app) => app.health === 'Healthy'));
      expect(healthy.apps.find((app) => app.name === 'example')?.message).toBe('Ready:2/2');
      expect(await find(kube, 'apps/Deployment/shop/example-web-v1')).toBeNull();
      expect(await find(kube, '/Service/shop/example-v1')).toBeNull();
    });

    it('sends no request when nothing is new', async () => {
      const passes = async (count: number) => {
        for (let n = 0; n < count; n++) {
          const polls = agent.polls();
          agent.poke();
          await agent.polled(polls + 1);
        }
      };
      // A pass polls first: the second poll says that the pass before it, and what it tidied up, is over.
      await passes(2);
      const counts = kube.counters();
      await passes(2);
      const since = kube.counters();
      // The Lease is renewed while it runs; nothing else may be written or asked.
      expect(since.requests - counts.requests).toBeLessThanOrEqual(1);
      expect(since.watches).toBe(counts.watches);
    });

    it('repairs what is scaled, edited and deleted by hand, and keeps what others added', async () => {
      const id = 'apps/Deployment/shop/example-web-v2';
      const key = await keyOf(kube, id);
      const live = await kube.get(key, never);
      await kube.scale(key, 5, { uid: live.metadata.uid!, signal: never });
      await eventually(async () => ((await kube.get(key, never))['spec'] as { replicas: number }).replicas === 2);
      const map = await keyOf(kube, '/ConfigMap/shop/settings');
      const old = await kube.get(map, never);
      await kube.put(map.resource, { ...old, data: { value: 'edited', theirs: 'stays' } }, never);
      await eventually(async () => ((await kube.get(map, never))['data'] as { value: string }).value === 'a');
      expect((await kube.get(map, never))['data']).toEqual({ value: 'a', theirs: 'stays' });
      await kube.delete(map, { uid: old.metadata.uid!, propagation: 'Background', signal: never });
      await eventually(async () => {
        const now = await find(kube, '/ConfigMap/shop/settings');
        return now !== null && now.metadata.uid !== old.metadata.uid;
      });
      await agent.until((report) => report.settled);
    });

    it('leaves a foreign object alone and reports it', async () => {
      const { resource } = await keyOf(kube, '/ConfigMap/shop/theirs');
      await kube.post(resource, configMap('theirs', 'theirs', 'shop'), never);
      publish(
        shop([{ n: 2, replicas: 2, weight: 100 }]),
        settings,
        plainApp('greedy', [configMap('theirs', 'ours', 'shop')]),
      );
      const report = await agent.until((one) =>
        one.apps.some((app) => app.problems.some((p) => p.code === 'OBJECT_FOREIGN')),
      );
      expect(report.apps.find((app) => app.name === 'greedy')?.health).toBe('Degraded');
      expect((await find(kube, '/ConfigMap/shop/theirs'))?.['data']).toEqual({ value: 'theirs' });
      publish(shop([{ n: 2, replicas: 2, weight: 100 }]), settings);
      await settled();
      expect((await find(kube, '/ConfigMap/shop/theirs'))?.['data']).toEqual({ value: 'theirs' });
    });

    it('resumes after a restart in the middle of a shift', async () => {
      publish(shop([{ n: 3, replicas: 3, weight: 100 }]), settings);
      await eventually(async () => (await find(kube, 'apps/Deployment/shop/example-web-v3')) !== null);
      await agent.stop();
      agent = startTestAgent(kube, channel);
      await settled();
      expect(await find(kube, 'apps/Deployment/shop/example-web-v2')).toBeNull();
      expect(
        ((await find(kube, 'apps/Deployment/shop/example-web-v3'))?.['spec'] as { replicas: number }).replicas,
      ).toBe(3);
    });

    it('keeps traffic and replicas where a revision never becomes ready, and goes back', async () => {
      const bad = exampleApp([{ n: 4, replicas: 1, weight: 100, image: 'app:broken' }], {
        namespace: 'shop',
        deadline: 1,
      });
      publish(bad, settings);
      const appOf = (report: AgentReport) => report.apps.find((one) => one.name === 'example');
      // What holds a pod may be known only after the second that its revision has.
      const isExplained = (report: AgentReport): boolean =>
        appOf(report)?.phase === 'blocked' && appOf(report)?.message.includes('ImagePullBackOff') === true;
      const app = appOf(await agent.until(isExplained));
      expect(app?.health).toBe('Degraded');
      expect(app?.message).toMatch(/^Ready:0\/1 example-v4 did not become ready in 1 s: .*ImagePullBackOff/);
      expect(app?.traffic).toEqual([{ revision: 'example-v3', weight: 100 }]);
      publish(shop([{ n: 3, replicas: 3, weight: 100 }]), settings);
      await settled();
      expect(await find(kube, 'apps/Deployment/shop/example-web-v4')).toBeNull();
    });

    it('deletes an application and nothing else', async () => {
      publish(settings);
      await settled();
      expect(await find(kube, 'apps/Deployment/shop/example-web-v3')).toBeNull();
      expect(await find(kube, 'networking.istio.io/VirtualService/shop/example')).toBeNull();
      expect(await find(kube, '/ConfigMap/shop/settings')).not.toBeNull();
      expect(await find(kube, '/ConfigMap/shop/theirs')).not.toBeNull();
    });

    it('gives the lease back when it stops', async () => {
      await agent.stop();
      const lease = await find(kube, 'coordination.k8s.io/Lease/sluice-system/sluice-agent');
      expect((lease?.['spec'] as { holderIdentity?: string }).holderIdentity ?? '').toBe('');
      expect((await find(kube, '/ConfigMap/shop/settings'))?.metadata.annotations?.['sluice.dev/registration']).toBe(
        registrationId,
      );
    });
  });
}

const settings = plainApp('settings', [configMap('settings', 'a', 'shop')]);

function shop(revisions: Parameters<typeof exampleApp>[0]): TestApp {
  return exampleApp(revisions, { namespace: 'shop' });
}

interface RunningAgent {
  /** The first report from now on (or the last one) of which this is true. */
  readonly until: (isIt: (report: AgentReport) => boolean) => Promise<AgentReport>;
  readonly poke: () => void;
  readonly polls: () => number;
  readonly polled: (count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

function startTestAgent(kube: KubeClient, channel: FakeChannel): RunningAgent {
  const stop = new AbortController();
  const waiting = new Set<() => void>();
  let last: AgentReport | null = null;
  let polls = 0;
  const tell = () => {
    for (const check of [...waiting]) check();
  };
  const when = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = () => {
        if (!isSo()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const deps: AgentDeps = {
    kube,
    transport: {
      ...channel.transport,
      pull: async (have, signal) => {
        const pulled = await channel.transport.pull(have, signal);
        polls += 1;
        tell();
        return pulled;
      },
    },
    verify: channel.verify,
    contents: memoryContents(),
    deliver: (message) => {
      last = wholeOf(message);
      tell();
      return Promise.resolve(null);
    },
    clock: systemClock,
    random: systemRandom,
    uuid: randomUUID,
    cron: cronFields,
    log: silentLog,
    identity,
    settings: { ...defaultSettings, namespace: 'sluice-system', holder: 'test', version: '0', settleMs: 50 },
  };
  const run = runAgent(deps, stop.signal);
  return {
    until: async (isIt) => {
      await when(() => last !== null && isIt(last));
      return last!;
    },
    poke: () => {
      channel.wake();
    },
    polls: () => polls,
    polled: (count) => when(() => polls >= count),
    stop: async () => {
      stop.abort();
      await run;
    },
  };
}

async function makeNamespace(kube: KubeClient, name: string): Promise<void> {
  const resource = await kube.resource({ group: '', kind: 'Namespace' }, never);
  await kube.post(resource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, never);
}

async function keyOf(kube: KubeClient, id: ObjectId): Promise<KubeKey> {
  const { group, kind, namespace, name } = parseObjectId(id);
  return { resource: await kube.resource({ group, kind }, never), namespace, name };
}

async function find(kube: KubeClient, id: ObjectId): Promise<KubeObject | null> {
  try {
    return await kube.get(await keyOf(kube, id), never);
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

/** Asks again, ever more rarely, until it is so; the test's own time limit ends it. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (let wait = 5; !(await isSo()); wait = Math.min(200, wait * 1.5)) await systemClock.sleep(wait, never);
}
