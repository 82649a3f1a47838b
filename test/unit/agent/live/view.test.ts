import { describe, expect, it } from 'vitest';
import { openLiveView } from '../../../../agent/live/view.ts';
import type { Code } from '../../../../shared/errors.ts';
import { label } from '../../../../shared/model/names.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import { configMap, exampleApp } from '../../../fixtures/agent/apps.ts';
import { manualClock } from '../../../fakes/agent.ts';
import { fakeKube } from '../../../fakes/kube.ts';
import { stepControllers } from '../../../fakes/workloads.ts';

const signal = new AbortController().signal;
const id = 'apps/Deployment/default/example-web-v1';

async function open() {
  const kube = fakeKube();
  let wakes = 0;
  const clock = manualClock();
  const options = { namespaces: null, onChange: () => (wakes += 1), clock, random: () => 1, parent: signal };
  const view = openLiveView(kube, options);
  const [deployment, service] = exampleApp([{ n: 1, replicas: 2, weight: 100 }]).objects as [KubeObject, KubeObject];
  const resource = await kube.resource({ group: 'apps', kind: 'Deployment' }, signal);
  return { kube, clock, view, deployment, service, resource, wakes: () => wakes };
}

describe('the live view', () => {
  it('keeps a verdict, replicas and selectors, and hears of changes', async () => {
    const { kube, view, deployment, service } = await open();
    kube.put_(deployment);
    kube.put_(service);
    const kinds = new Set(['apps/Deployment', '/Service', 'discovery.k8s.io/EndpointSlice']);
    await view.follow(kinds, kinds);
    expect(view.object(id)).toMatchObject({ health: 'InProgress', replicas: { spec: 2, ready: 0 } });
    expect(view.readyEndpoints('/Service/default/example-v1')).toBe(0);
    stepControllers(kube);
    expect(view.object(id)).toMatchObject({
      health: 'Current',
      message: '2 of 2 ready',
      replicas: { spec: 2, ready: 2 },
    });
    expect(view.readyEndpoints('/Service/default/example-v1')).toBe(2);
    kube.remove(id);
    expect(view.object(id)).toBeUndefined();
    expect(view.isSynced(id)).toBe(true);
  });

  it('begins to watch without closing what is watched, or waiting for it', async () => {
    const { kube, view } = await open();
    const kinds = new Set(['apps/Deployment', '/Service']);
    await view.follow(kinds, kinds);
    view.begin(new Set(['/Service', '/Secret']));
    await new Promise(setImmediate);
    expect(kube.counters().watches).toBe(3);
    await view.follow(kinds, kinds);
    expect(kube.counters().watches).toBe(2);
  });

  it('does not let the late answer of a write undo what the watch already brought', async () => {
    const { kube, view, deployment, resource } = await open();
    await view.follow(new Set(['apps/Deployment']), new Set(['apps/Deployment']));
    const answer = await kube.create(resource, deployment, { force: false, signal });
    stepControllers(kube);
    view.learn(answer, deployment);
    expect(view.object(id)).toMatchObject({ health: 'Current', replicas: { ready: 2 } });
  });

  it('knows at once what was written, and that its status speaks of something older', async () => {
    const { kube, view, deployment, resource } = await open();
    await view.follow(new Set(['apps/Deployment']), new Set(['apps/Deployment']));
    await kube.create(resource, deployment, { force: false, signal });
    stepControllers(kube);
    const { uid, resourceVersion } = kube.read(id)!.metadata;
    const next: KubeObject = { ...deployment, spec: { ...(deployment['spec'] as object), replicas: 5 } };
    const later = String(Number(resourceVersion) + 1);
    view.learn(
      { ...deployment, metadata: { ...deployment.metadata, uid: uid!, resourceVersion: later, generation: 2 } },
      next,
    );
    expect(view.object(id)).toMatchObject({ health: 'InProgress', replicas: { spec: 5, ready: 2 } });
  });

  it('reads the wanted fields of what was there before, and of what its watch brings without content', async () => {
    const { kube, view, deployment, wakes } = await open();
    const map = configMap('m', 'seen');
    kube.put_(deployment);
    kube.put_(map);
    const kinds = new Set(['apps/Deployment', '/ConfigMap']);
    await view.follow(kinds, kinds);
    const before = wakes();
    view.observe(
      new Map([
        [id, ['/spec/replicas']],
        ['/ConfigMap/default/m', ['/data/value']],
      ]),
    );
    await expect.poll(() => view.object('/ConfigMap/default/m')?.observed).toEqual({ '/data/value': 'seen' });
    expect(view.object(id)?.observed).toEqual({ '/spec/replicas': 2 });
    expect(wakes() - before).toBe(2);
    stepControllers(kube);
    expect(view.object(id)?.observed).toEqual({ '/spec/replicas': 2 });
  });

  it('does not know what it does not watch, and says why a kind cannot be listed', async () => {
    const { kube, view } = await open();
    kube.put_(configMap('a'));
    kube.fault = (call) => (call === 'watch Secret/' ? 'FORBIDDEN' : null);
    await view.follow(new Set(['/Secret', 'example.com/Unknown']), new Set(['/Secret', 'example.com/Unknown']));
    expect(view.object('/ConfigMap/default/a')).toBeUndefined();
    expect(view.isSynced('/ConfigMap/default/a')).toBe(false);
    expect([...view.troubles()].map(([kind, error]) => `${kind} ${error.code}`).sort()).toEqual([
      '/Secret FORBIDDEN',
      'example.com/Unknown KIND_UNKNOWN',
    ]);
  });

  it.each<[code: Code]>([['UNAVAILABLE'], ['KIND_UNKNOWN']])(
    'follows a kind that could not be looked up (%s) as soon as it is served, and asks ever more rarely',
    async (code) => {
      const { kube, clock, view } = await open();
      kube.put_(configMap('a'));
      let asked = 0;
      const { resource } = kube;
      Object.assign(kube, {
        resource: (...ask: Parameters<typeof resource>) => {
          asked += 1;
          return resource(...ask);
        },
      });
      kube.unserved.set('ConfigMap', { code, isDefined: true });
      await view.follow(new Set(['/ConfigMap']), new Set(['/ConfigMap']));
      expect(view.troubles().get('/ConfigMap')?.code).toBe(code);
      for (let minute = 0; minute < 600; minute += 1) {
        clock.move(6_000);
        await new Promise(setImmediate);
      }
      expect(asked).toBeGreaterThan(9);
      expect(asked).toBeLessThan(25);
      kube.unserved.clear();
      clock.move(301_000);
      await new Promise(setImmediate);
      expect([view.isSynced('/ConfigMap/default/a'), view.troubles().size]).toEqual([true, 0]);
    },
  );

  it('learns nothing of an object that its watches do not select', async () => {
    const { kube, view } = await open();
    await view.follow(new Set(['/ConfigMap']), new Set(['/ConfigMap']));
    const resource = await kube.resource({ group: '', kind: 'ConfigMap' }, signal);
    const answer = await kube.create(resource, configMap('a'), { force: false, signal });
    view.learn(
      { ...answer, metadata: { ...answer.metadata, labels: { [label.managedBy]: 'platform' } } },
      configMap('a'),
    );
    expect(view.object('/ConfigMap/default/a')).toBeUndefined();
  });
});
