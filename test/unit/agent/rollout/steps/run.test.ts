import { describe, expect, it } from 'vitest';
import { pass } from '../../../../../agent/pass.ts';
import type { Measure, Measured } from '../../../../../agent/model/measure.ts';
import { canonicalPretty, digestOf } from '../../../../../shared/lib/canonical.ts';
import type { KubeObject } from '../../../../../shared/model/object.ts';
import type { BundleDelivery } from '../../../../../shared/wire/revision.ts';
import { settle } from '../../../../fakes/agent.ts';
import type { FakeKube } from '../../../../fakes/kube.ts';
import type { Readiness } from '../../../../fakes/workloads.ts';
import { exampleApp, plainApp, type TestApp } from '../../../../fixtures/agent/apps.ts';
import { noon } from '../../../../fixtures/agent/bundle.ts';
import { alone, canary, delivering } from '../../../../fixtures/agent/steps.ts';
import { neverReady, serving, shown } from '../../../../fixtures/agent/steps-lab.ts';

const [v1, v2, v3] = [alone(1), alone(2), alone(3)];

function database(n: number): KubeObject {
  const pods = { 'app.oam.dev/component': 'db', 'app.oam.dev/revision': `example-v${n}` };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `db-v${n}`, namespace: 'default', labels: { 'app.kubernetes.io/managed-by': 'sluice' } },
    spec: {
      replicas: 1,
      selector: { matchLabels: pods },
      template: { metadata: { labels: pods }, spec: { containers: [{ name: 'db', image: `db:${n}` }] } },
    },
  };
}

function wantedPods(kube: FakeKube, n: number): number {
  const { spec } = kube.read(`apps/Deployment/default/example-web-v${n}`) as unknown as { spec: { replicas: number } };
  return spec.replicas;
}

const run = (steps: BundleDelivery['steps'], more: Partial<BundleDelivery> = {}) =>
  delivering(v1, v2, { steps, ...more });

describe('a delivery with steps in a cluster', () => {
  it('goes step by step, by what the cluster shows, and promotes', async () => {
    const lab = await serving();
    lab.publish(run(canary));
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 9 (90), v2 1 (10)');
    expect(lab.said()).toMatchObject({ applied: null, phase: 'shift', health: 'Progressing' });
    expect(lab.said().delivery).toEqual({ number: 1, attempt: 1, step: 1, phase: 'paused', reason: 'pauses for 60 s' });
    lab.clock.move(60_000);
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
    expect(lab.said()).toMatchObject({ applied: v2.app.digest, phase: 'settled', health: 'Healthy' });
    expect(lab.said().delivery).toEqual({ number: 1, attempt: 1, step: 3, phase: 'done' });
    // The hub heard of it: only now the copy before goes.
    lab.publish(v2);
    await lab.settle();
    expect(shown(lab.kube)).toBe('v2 10 (100)');
  });

  it('has nothing to go back to where what is to serve before it never ran', async () => {
    const lab = await serving(run(canary));
    expect(shown(lab.kube)).toBe('v2 10 (100)');
    for (const lost of [false, true]) {
      if (lost) lab.restart();
      lab.publish(run(canary, { action: 'back' }));
      await lab.settle();
      expect(shown(lab.kube)).toBe('v2 10 (100)');
      expect(lab.said()).toMatchObject({ applied: v2.app.digest, health: 'Healthy', delivery: { phase: 'done' } });
    }
  });

  it('is done by neither of two contents that never ran where the hub takes it back before: what was before it comes', async () => {
    const lab = await serving(run(canary, { action: 'back' }));
    expect(shown(lab.kube)).toBe('v1 10 (100)');
    expect(lab.said().delivery).toMatchObject({ phase: 'returned' });
  });

  describe('from what is not ready', () => {
    const inTwo = run([
      { type: 'scale', replicas: { percent: 20 }, weight: 20 },
      { type: 'scale', replicas: { percent: 50 }, weight: 50 },
    ]);
    const deadlineMs = v1.app.health.progressDeadlineSeconds * 1_000;

    it('goes on at once where that had its time before the delivery came', async () => {
      const lab = await serving();
      await lab.settle(neverReady(1));
      lab.clock.move(deadlineMs);
      await lab.settle(neverReady(1));
      lab.publish(inTwo);
      await lab.settle(neverReady(1));
      expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
      expect(lab.said().delivery).toMatchObject({ phase: 'done' });
    });

    it('gives it the time of one step, and no more', async () => {
      const lab = await serving();
      lab.publish(inTwo);
      await lab.settle(neverReady(1));
      lab.clock.move(deadlineMs / 2);
      await lab.settle(neverReady(1));
      expect(shown(lab.kube)).toBe('v1 10 (0), v2 2 (100)');
      expect(lab.said().delivery).toMatchObject({ step: 0, phase: 'running' });
      lab.clock.move(deadlineMs / 2);
      await lab.settle(neverReady(1));
      expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
      expect(lab.said().delivery).toMatchObject({ phase: 'done' });
    });

    it('goes back where the new copy is not ready either', async () => {
      const lab = await serving();
      lab.publish(inTwo);
      await lab.settle(() => 0);
      lab.clock.move(deadlineMs);
      await lab.settle(() => 0);
      expect(lab.said().delivery).toMatchObject({ step: 0, phase: 'returned' });
    });

    it('waits for a decision where a step asks for one', async () => {
      const lab = await serving();
      await lab.settle(neverReady(1));
      lab.clock.move(deadlineMs);
      await lab.settle(neverReady(1));
      lab.publish(run([{ type: 'scale', replicas: { percent: 20 }, weight: 20 }, { type: 'pause' }]));
      await lab.settle(neverReady(1));
      expect(lab.said().delivery).toMatchObject({ step: 1, phase: 'paused' });
      expect(shown(lab.kube)).toBe('v1 10 (0), v2 2 (100)');
    });
  });

  describe('and an analysis', () => {
    const checks = [
      {
        name: 'errors',
        address: 'http://metrics',
        query: 'q',
        condition: '<0.05',
        everySeconds: 10,
        forSeconds: 20,
        failures: 0,
      },
    ];
    const analysed = run([
      { type: 'scale', replicas: { percent: 20 }, weight: 20 },
      { type: 'analysis', checks },
    ]);
    /** A server of metrics that answers so, one after the other; the last answer stays. */
    const metrics = (...answers: readonly Measured[]) => {
      const asked: string[] = [];
      const measure: Measure = (address, query) => {
        asked.push(`${address} ${query}`);
        return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1] as Measured);
      };
      return { asked, measure };
    };

    it('goes on where the answers are good, each at its time', async () => {
      const { asked, measure } = metrics({ value: 0.01 });
      const lab = await serving(v1, measure);
      lab.publish(analysed);
      await lab.settle();
      expect([shown(lab.kube), asked]).toEqual(['v1 8 (80), v2 2 (20)', ['http://metrics q']]);
      lab.clock.move(10_000);
      await lab.settle();
      expect([shown(lab.kube), asked.length]).toEqual(['v1 0 (0), v2 10 (100)', 2]);
    });

    it('goes back where they are bad', async () => {
      const lab = await serving(v1, metrics({ value: 0.2 }).measure);
      lab.publish(analysed);
      await lab.settle();
      expect(shown(lab.kube)).toBe('v1 10 (100), v2 0 (0)');
      const reason = 'analysis errors failed: it is 0.2, and has to be <0.05';
      expect(lab.said().delivery).toMatchObject({ phase: 'returned', reason });
    });

    it('waits where there is no answer, says why, and goes on once there is one', async () => {
      const { measure } = metrics({ missing: 'the query finds nothing' }, { value: 0.01 });
      const lab = await serving(v1, measure);
      lab.publish(analysed);
      await lab.settle();
      expect(shown(lab.kube)).toBe('v1 8 (80), v2 2 (20)');
      expect(lab.said().delivery).toMatchObject({
        phase: 'paused',
        reason: 'analysis errors: the query finds nothing',
      });
      for (let answers = 0; answers < 2; answers++) {
        lab.clock.move(10_000);
        await lab.settle();
      }
      expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
    });

    it('asks nothing while the site holds, and waits where no address is allowed', async () => {
      const { asked, measure } = metrics({ value: 0.01 });
      const lab = await serving(v1, measure);
      lab.publish(analysed);
      await lab.settle();
      lab.site({ hold: { until: null, reason: 'the night' } });
      lab.clock.move(10_000);
      await lab.settle();
      expect(asked).toHaveLength(1);
      const without = await serving();
      without.publish(analysed);
      await without.settle();
      expect(without.said().delivery).toMatchObject({ phase: 'paused' });
    });
  });

  it('waits at a pause without end for a promotion', async () => {
    const lab = await serving();
    lab.publish(run([{ type: 'scale', replicas: { percent: 20 }, weight: 20 }, { type: 'pause' }]));
    await lab.settle();
    lab.clock.move(10 * 24 * 3_600_000);
    lab.publish(run([{ type: 'scale', replicas: { percent: 20 }, weight: 20 }, { type: 'pause' }]), noon + 1e12);
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 8 (80), v2 2 (20)');
    lab.publish(
      run([{ type: 'scale', replicas: { percent: 20 }, weight: 20 }, { type: 'pause' }], { action: 'promote' }),
      noon + 1e12,
    );
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
  });

  it('goes back by itself where the new copy fails, and begins again only with a higher attempt', async () => {
    const lab = await serving();
    lab.publish(run(canary));
    await lab.settle(neverReady(2));
    expect(shown(lab.kube)).toBe('v1 10 (100), v2 1 (0)');
    lab.clock.move(10_000);
    await lab.settle(neverReady(2));
    expect(shown(lab.kube)).toBe('v1 10 (100), v2 0 (0)');
    expect(lab.said().delivery).toMatchObject({
      step: 0,
      phase: 'returned',
      reason: 'Deployment/example-web-v2: 0 of 1 ready',
    });
    expect(lab.said()).toMatchObject({ health: 'Degraded', phase: 'blocked', applied: null });
    // Neither time, nor a restart, nor an unrelated generation starts it again.
    lab.restart();
    lab.publish({ ...run(canary), app: { ...run(canary).app, notes: ['another'] } });
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 10 (100), v2 0 (0)');
    lab.publish(run(canary, { attempt: 2 }));
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 9 (90), v2 1 (10)');
  });

  it('goes back when the hub says so, at any step, and while the site holds', async () => {
    const lab = await serving();
    lab.publish(run(canary));
    await lab.settle();
    lab.site({ hold: { until: null, reason: 'audit' } });
    lab.publish(run(canary, { action: 'back' }));
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 10 (100), v2 0 (0)');
    expect(lab.said().delivery).toMatchObject({ phase: 'returned', reason: 'the hub asked to go back' });
  });

  it('goes back under a hold where the hub gives back the content that serves', async () => {
    const lab = await serving();
    lab.publish(run(canary));
    await lab.settle();
    lab.site({ hold: { until: null, reason: 'audit' } });
    lab.publish(v1);
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 10 (100), v2 0 (0)');
  });

  it('2.28 stands still under a hold, and counts no pause; a closed window lets it go on', async () => {
    const lab = await serving();
    lab.publish(run(canary));
    await lab.settle();
    lab.site({ hold: { until: null, reason: 'audit' } });
    await lab.settle();
    lab.clock.move(3_600_000);
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 9 (90), v2 1 (10)');
    expect(lab.said().delivery).toMatchObject({
      phase: 'paused',
      reason: 'held at this site: it goes on when that ends',
    });
    // What passes before anything looks again was held, too.
    lab.clock.move(3_600_000);
    lab.site({
      window: { text: 'nightly', at: () => ({ isOpen: false, until: noon + 1e10 }) },
    });
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 9 (90), v2 1 (10)');
    lab.clock.move(60_000);
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
  });

  it('does not begin outside the window', async () => {
    const lab = await serving();
    lab.site({
      window: { text: 'nightly', at: () => ({ isOpen: false, until: noon + 1e10 }) },
    });
    lab.publish(run(canary));
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 10 (100)');
  });

  it('stands still while its bundle is stale', async () => {
    const lab = await serving();
    lab.publish(run(canary), noon + 30_000);
    await lab.settle();
    lab.clock.move(3_600_000);
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 9 (90), v2 1 (10)');
  });

  it('keeps its place and its pause over a restart', async () => {
    const lab = await serving();
    lab.publish(run(canary));
    await lab.settle();
    lab.clock.move(31_000);
    await lab.settle();
    lab.restart();
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 9 (90), v2 1 (10)');
    lab.clock.move(30_000);
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
  });

  it('begins at once where what runs is neither of its contents, and what it comes from never ran', async () => {
    // Whole but for a component that never becomes ready.
    const withDb = (app: TestApp, n: number): TestApp => ({
      app: { ...app.app, objects: [...app.app.objects, ...plainApp('db', [database(n)]).app.objects] },
      objects: [...app.objects, database(n)],
    });
    const [a, b, c] = [withDb(v1, 1), withDb(v2, 2), withDb(v3, 3)];
    const lab = await serving(exampleApp([], { name: 'other' }));
    const noDb: Readiness = (one) => (one.metadata.name.startsWith('db') ? 0 : 99);
    lab.publish(delivering(a, b, { steps: canary }));
    await lab.settle(noDb);
    lab.clock.move(10_000);
    await lab.settle(noDb);
    expect(shown(lab.kube)).toBe('v2 10 (100)');
    lab.publish(delivering(a, c, { number: 2, steps: canary }));
    await lab.settle(noDb);
    expect(shown(lab.kube)).toBe('v2 10 (0), v3 10 (100)');
    await lab.settle((one) => (one.metadata.name === 'db-v3' ? 1 : noDb(one)));
    expect(shown(lab.kube)).toBe('v3 10 (100)');
    expect(lab.said().delivery).toMatchObject({ number: 2, phase: 'done' });
  });

  it('2.23 stops no pods of what it took over when it goes back', async () => {
    const id = 'apps/Deployment/default/example-web-v2';
    const theirs = v2.objects.find(({ kind }) => kind === 'Deployment')!;
    const wish = { ...theirs, metadata: { ...theirs.metadata, annotations: { 'sluice.dev/adopt': 'true' } } };
    const digest = digestOf(canonicalPretty(wish));
    const adopting: TestApp = {
      app: { ...v2.app, objects: v2.app.objects.map((one) => (one.id === id ? { ...one, digest } : one)) },
      objects: [...v2.objects.filter((one) => one !== theirs), wish],
    };
    const lab = await serving();
    lab.kube.put_({ ...theirs, metadata: { name: theirs.metadata.name, namespace: 'default' } });
    lab.publish(delivering(v1, adopting, { steps: canary }));
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 9 (90), v2 1 (10)');
    lab.publish(delivering(v1, adopting, { steps: canary, action: 'back' }));
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 10 (100), v2 1 (0)');
    expect(lab.said().delivery).toMatchObject({ phase: 'returned' });
  });

  describe('whose agent lost its state in the middle', () => {
    const half: BundleDelivery['steps'] = [{ type: 'scale', replicas: { percent: 50 }, weight: 50 }, { type: 'pause' }];
    const lose = async (lab: Awaited<ReturnType<typeof serving>>) => {
      lab.kube.remove('/ConfigMap/sluice-system/sluice-state');
      lab.restart();
      await lab.settle();
    };

    it('has as many pods as served before it began', async () => {
      const lab = await serving();
      lab.publish(run(half));
      await lab.settle();
      await lose(lab);
      expect(shown(lab.kube)).toBe('v1 5 (50), v2 5 (50)');
    });

    it.each<[where: string, delivery: Partial<BundleDelivery>, shown: string, end: string]>([
      [
        'between pods and traffic that differ',
        { steps: [{ type: 'scale', replicas: { percent: 50 }, weight: 10 }, { type: 'pause' }] },
        'v1 9 (90), v2 5 (10)',
        'v1 9 (90), v2 5 (10)',
      ],
      [
        'while the copy before is kept',
        { steps: [{ type: 'scale', replicas: { percent: 50 }, weight: 50 }], keepOld: 600 },
        'v1 10 (0), v2 10 (100)',
        'v1 0 (0), v2 10 (100)',
      ],
    ])('has no more than that %s, however often', async (_, delivery, there, end) => {
      const [old, fresh] = [alone(1, null), alone(2, null)];
      const lab = await serving(old);
      const scale = (one: KubeObject) => ((one['spec'] as { replicas: number }).replicas = 10);
      lab.kube.edit('apps/Deployment/default/example-web-v1', scale, 'kubectl');
      await lab.settle();
      lab.publish(delivering(old, fresh, delivery));
      await lab.settle();
      for (let times = 0; times < 2; times++) {
        await lose(lab);
        expect(shown(lab.kube)).toBe(there);
      }
      lab.clock.move(700_000);
      await lab.settle();
      expect(shown(lab.kube)).toBe(end);
    });

    it('has as many where the number is written down nowhere', async () => {
      const [old, fresh] = [alone(1, null), alone(2, null)];
      const lab = await serving(old);
      const scale = (one: KubeObject) => ((one['spec'] as { replicas: number }).replicas = 10);
      lab.kube.edit('apps/Deployment/default/example-web-v1', scale, 'kubectl');
      await lab.settle();
      const way = (action: BundleDelivery['action']) => delivering(old, fresh, { steps: half, action });
      lab.publish(way('run'));
      await lab.settle();
      for (let times = 0; times < 2; times++) {
        await lose(lab);
        expect(shown(lab.kube)).toBe('v1 5 (50), v2 5 (50)');
      }
      lab.publish(way('back'));
      await lab.settle();
      expect(shown(lab.kube)).toBe('v1 10 (100), v2 0 (0)');
    });
  });

  it('ends a copy of another delivery before it begins: never three', async () => {
    const lab = await serving();
    lab.publish(run(canary));
    await lab.settle();
    lab.publish(delivering(v1, v3, { number: 2, steps: canary }));
    const most: number[] = [];
    const { agent, kube, clock } = lab;
    await settle(agent(), kube, {
      clock,
      each: () =>
        most.push(
          kube.objects.has('apps/Deployment/default/example-web-v3') &&
            kube.objects.has('apps/Deployment/default/example-web-v2')
            ? 3
            : 2,
        ),
    });
    expect(shown(kube)).toBe('v1 9 (90), v3 1 (10)');
    expect(Math.max(...most)).toBe(2);
  });

  it('keeps the copy before for as long as it is told', async () => {
    const lab = await serving();
    lab.publish(run([{ type: 'scale', replicas: { percent: 100 }, weight: 100 }], { keepOld: 30 }));
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 10 (0), v2 10 (100)');
    expect(lab.said().delivery).toMatchObject({ phase: 'running', step: 1 });
    lab.clock.move(30_000);
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
  });

  it('skips the steps of a first installation', async () => {
    const lab = await serving(exampleApp([], { name: 'other' }));
    lab.publish(run(canary));
    await lab.settle();
    expect(shown(lab.kube)).toBe('v2 10 (100)');
    expect(lab.said().delivery).toMatchObject({ phase: 'done' });
  });

  it('writes and asks nothing while it waits', async () => {
    const lab = await serving();
    lab.publish(run(canary));
    await lab.settle();
    const writes = lab.kube.writesLog.length;
    for (let n = 0; n < 5; n += 1) await pass(lab.agent());
    expect(lab.kube.writesLog.length).toBe(writes);
  });

  it('2.11 goes back on full nodes: what failed makes room for what serves', async () => {
    const lab = await serving();
    const half: BundleDelivery['steps'] = [{ type: 'scale', replicas: { percent: 50 }, weight: 50 }, { type: 'pause' }];
    lab.publish(run(half));
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 5 (50), v2 5 (50)');
    // Ten pods fit: those of the new copy crash, and hold the room of the others.
    const full: Readiness = (one) => (one.metadata.name.endsWith('v2') ? 0 : 10 - wantedPods(lab.kube, 2));
    await lab.settle(full);
    expect(shown(lab.kube)).toBe('v1 10 (100), v2 5 (0)');
    lab.clock.move(10_000);
    await lab.settle(full);
    expect(shown(lab.kube)).toBe('v1 10 (100), v2 0 (0)');
  });

  it('takes the traffic back from a copy that is ready and holds the room, once what serves had time', async () => {
    const lab = await serving();
    const half: BundleDelivery['steps'] = [{ type: 'scale', replicas: { percent: 50 }, weight: 50 }, { type: 'pause' }];
    lab.publish(run(half));
    await lab.settle();
    const full: Readiness = (one) => (one.metadata.name.endsWith('v2') ? 5 : 10 - wantedPods(lab.kube, 2));
    lab.publish(run(half, { action: 'back' }));
    await lab.settle(full);
    expect(shown(lab.kube)).toBe('v1 10 (50), v2 5 (50)');
    lab.clock.move(10_000);
    await lab.settle(full);
    expect(shown(lab.kube)).toBe('v1 10 (100), v2 0 (0)');
  });

  it('2.10 keeps an autoscaler from what served, and gives the new copy its own at promotion', async () => {
    const scaled = (n: number) =>
      exampleApp([{ n, replicas: null, weight: 100 }], { deadline: 10, isAutoscaled: true });
    const lab = await serving(scaled(1));
    const hpa = (n: number) =>
      (
        lab.kube.read(`autoscaling/HorizontalPodAutoscaler/default/example-web-v${n}`) as
          { spec: { minReplicas?: number } } | undefined
      )?.spec;
    lab.kube.edit(
      'apps/Deployment/default/example-web-v1',
      (one) => ((one['spec'] as { replicas: number }).replicas = 6),
      'hpa',
    );
    await lab.settle();
    lab.publish(delivering(scaled(1), scaled(2), { steps: canary.slice(0, 2) }));
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 6 (90), v2 1 (10)');
    expect([hpa(1)?.minReplicas, hpa(2)]).toEqual([6, undefined]);
    // Steps take no pods of what is autoscaled: what its agent finds after it lost its state is what served.
    lab.kube.remove('/ConfigMap/sluice-system/sluice-state');
    lab.restart();
    await lab.settle();
    expect([shown(lab.kube), hpa(1)?.minReplicas]).toEqual(['v1 6 (90), v2 1 (10)', 6]);
    lab.clock.move(60_000);
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 0 (0), v2 6 (100)');
    expect(hpa(2)).toMatchObject({ maxReplicas: 10 });
  });

  it('repairs what serves, and the new copy, while steps run', async () => {
    const lab = await serving();
    lab.publish(run(canary));
    await lab.settle();
    for (const id of ['/Service/default/example-v1', '/Service/default/example-v2']) {
      lab.kube.edit(id, (one) => ((one['spec'] as { ports: unknown }).ports = [{ port: 81 }]), 'kubectl');
    }
    await lab.settle();
    for (const id of ['/Service/default/example-v1', '/Service/default/example-v2']) {
      expect(lab.kube.read(id)?.['spec']).toMatchObject({ ports: [{ port: 80 }] });
    }
  });
});
