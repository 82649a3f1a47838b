import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../../shared/errors.ts';
import type { KubeObject } from '../../../../../shared/model/object.ts';
import type { BundleDelivery } from '../../../../../shared/wire/revision.ts';
import type { FakeKube } from '../../../../fakes/kube.ts';
import { testApp, type TestApp } from '../../../../fixtures/agent/apps.ts';
import { alone, delivering } from '../../../../fixtures/agent/steps.ts';
import { serving, shown } from '../../../../fixtures/agent/steps-lab.ts';

const id = 'batch/Job/default/smoke';

function job(image: string): KubeObject {
  const labels = { 'app.kubernetes.io/managed-by': 'sluice' };
  const pod = { restartPolicy: 'Never', containers: [{ name: 'smoke', image }] };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'smoke', namespace: 'default', labels },
    spec: { template: { spec: pod } },
  };
}

/** A version of the application, with a Job of this image; null = without one. */
function version(n: number, image: string | null): TestApp {
  const { app, objects } = alone(n);
  if (image === null) return { app, objects };
  const parts = { revisions: app.revisions, replicas: app.replicas, traffic: app.traffic, deadline: 10 };
  return testApp({ name: app.name, namespace: app.namespace, objects: [...objects, job(image)], ...parts });
}

const asked: BundleDelivery['steps'] = [
  { type: 'scale', replicas: { percent: 20 }, weight: 20 },
  { type: 'pause', seconds: 60 },
  { type: 'analysis', checks: [{ name: 'smoke', job: id, timeoutSeconds: 100 }] },
];
const [v1, v2] = [version(1, null), version(2, 'smoke:2')];
const to = (more: Partial<BundleDelivery> = {}, from = v1, next = v2) =>
  delivering(from, next, { steps: asked, ...more });

/** What a controller writes once the pods of the Job came to their end. */
function ends(kube: FakeKube, type: 'Complete' | 'Failed', message = ''): void {
  const condition = { type, status: 'True', message };
  kube.edit(id, (object) => (object['status'] = { startTime: '1', conditions: [condition] }), 'controllers');
}

const made = ({ writesLog }: FakeKube) => writesLog.filter((call) => call === 'create Job/smoke').length;
const uidOf = (kube: FakeKube) => kube.read(id)?.metadata.uid;

/** As a server does, the fake refuses to change the template of this Job; what it has by now stays. */
function keepTemplate(kube: FakeKube): void {
  const first = structuredClone(kube.read(id));
  kube.admit = (object) => {
    const isChanged = JSON.stringify(object['spec']) !== JSON.stringify(first?.['spec']);
    if (object.metadata.uid !== first?.metadata.uid || !isChanged) return;
    object['spec'] = structuredClone(first?.['spec']);
    throw new SluiceError('OBJECT_REJECTED', 'spec.template: Invalid value: {}: field is immutable');
  };
}

/** A cluster whose delivery is at the Job of its analysis. */
async function atJob(from = v1, next = v2) {
  const lab = await serving(from);
  lab.publish(to({}, from, next));
  await lab.settle();
  lab.clock.move(60_000);
  await lab.settle();
  return lab;
}

describe('an analysis by a Job', () => {
  it('makes it at its step and not before, says what it waits for, and goes on once it is complete', async () => {
    const lab = await serving();
    lab.publish(to());
    await lab.settle();
    expect(lab.kube.read(id)).toBeUndefined();
    lab.clock.move(60_000);
    await lab.settle();
    expect([shown(lab.kube), made(lab.kube)]).toEqual(['v1 8 (80), v2 2 (20)', 1]);
    const reason = 'analysis smoke: Job/smoke: not started yet';
    expect(lab.said().delivery).toMatchObject({ step: 2, phase: 'paused', reason });
    expect(lab.said().message).toContain(reason);
    ends(lab.kube, 'Complete');
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
    expect(lab.said()).toMatchObject({ applied: v2.app.digest, health: 'Healthy', delivery: { phase: 'done' } });
    expect(made(lab.kube)).toBe(1);
  });

  it('is over with it: neither its TTL, nor a restart, nor the bundle without steps runs it again', async () => {
    const lab = await atJob();
    ends(lab.kube, 'Complete');
    await lab.settle();
    lab.kube.remove(id);
    await lab.settle();
    lab.restart();
    lab.publish(v2);
    await lab.settle();
    expect([lab.kube.read(id), made(lab.kube)]).toEqual([undefined, 1]);
    expect(lab.said()).toMatchObject({ applied: v2.app.digest, health: 'Healthy' });
  });

  it('goes back where it failed, in its own words, and leaves it as it is', async () => {
    const lab = await atJob();
    ends(lab.kube, 'Failed', 'Job has reached the specified backoff limit');
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 10 (100), v2 0 (0)');
    const reason = 'analysis smoke failed: Job/smoke: Job has reached the specified backoff limit';
    expect(lab.said().delivery).toMatchObject({ step: 2, phase: 'returned', reason });
    const uid = uidOf(lab.kube);
    lab.restart();
    await lab.settle();
    expect([uidOf(lab.kube), made(lab.kube)]).toEqual([uid, 1]);
  });

  it.each([
    ['before it recorded that it is there', /^(?!get|list).* ConfigMap\//],
    ['while it runs', /^nothing/],
  ])('runs it once where the agent died %s', async (_, refused) => {
    const lab = await serving();
    lab.publish(to());
    await lab.settle();
    lab.kube.fault = (call) => (made(lab.kube) > 0 && refused.test(call) ? 'UNAVAILABLE' : null);
    lab.clock.move(60_000);
    await lab.settle().catch(() => undefined);
    const uid = uidOf(lab.kube);
    expect(uid).toBeDefined();
    lab.kube.fault = () => null;
    lab.restart();
    await lab.settle();
    ends(lab.kube, 'Complete');
    await lab.settle();
    expect([shown(lab.kube), uidOf(lab.kube), made(lab.kube)]).toEqual(['v1 0 (0), v2 10 (100)', uid, 1]);
  });

  it('waits where it has no end in its time, and goes on once it has one', async () => {
    const lab = await atJob();
    lab.clock.move(100_000);
    await lab.settle();
    const reason = 'analysis smoke: Job/smoke has not come to its end in 100 s: not started yet';
    expect(lab.said().delivery).toMatchObject({ step: 2, phase: 'paused', reason });
    expect(shown(lab.kube)).toBe('v1 8 (80), v2 2 (20)');
    ends(lab.kube, 'Complete');
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
  });

  it('runs it again with another attempt, and takes nothing of the run before for an answer', async () => {
    const lab = await atJob();
    ends(lab.kube, 'Failed', 'no');
    await lab.settle();
    const uid = uidOf(lab.kube);
    lab.publish(to({ attempt: 2 }));
    await lab.settle();
    expect(uidOf(lab.kube)).toBe(uid);
    lab.clock.move(60_000);
    await lab.settle();
    expect(made(lab.kube)).toBe(2);
    expect(uidOf(lab.kube)).not.toBe(uid);
    expect(lab.said().delivery).toMatchObject({ attempt: 2, step: 2, phase: 'paused' });
    ends(lab.kube, 'Complete');
    await lab.settle();
    expect(shown(lab.kube)).toBe('v1 0 (0), v2 10 (100)');
  });

  it.each([
    ['the same', 'smoke:2'],
    ['another', 'smoke:3'],
  ])('runs it again in the next delivery, with %s content; the one of before stays until then', async (_, image) => {
    const lab = await serving(v2);
    ends(lab.kube, 'Complete');
    await lab.settle();
    const uid = uidOf(lab.kube);
    lab.publish(to({ number: 2 }, v2, version(3, image)));
    await lab.settle();
    expect([uidOf(lab.kube), made(lab.kube)]).toEqual([uid, 1]);
    lab.clock.move(60_000);
    await lab.settle();
    expect([made(lab.kube), JSON.stringify(lab.kube.read(id)).includes(image)]).toEqual([2, true]);
    ends(lab.kube, 'Failed', 'no');
    await lab.settle();
    expect(shown(lab.kube)).toBe('v2 10 (100), v3 0 (0)');
    // What serves has a Job of this name, too, and gets it back by no repair.
    await lab.settle();
    expect([made(lab.kube), JSON.stringify(lab.kube.read(id)).includes(image)]).toEqual([2, true]);
  });

  it.each([
    ['the content of before', 'smoke:2'],
    ['the content that failed', 'smoke:3'],
    ['another content', 'smoke:4'],
    ['no such Job', null],
  ])('leaves one that failed as it is where the next delivery asks none, and has %s', async (_, image) => {
    const third = version(3, 'smoke:3');
    const lab = await atJob(v2, third);
    ends(lab.kube, 'Failed', 'no');
    await lab.settle();
    const uid = uidOf(lab.kube);
    keepTemplate(lab.kube);
    const steps = asked.slice(0, 2);
    lab.publish(delivering(v2, version(1, image), { number: 2, steps }));
    await lab.settle();
    expect([uidOf(lab.kube), lab.said().delivery]).toMatchObject([uid, { number: 2, step: 1, phase: 'paused' }]);
    lab.clock.move(60_000);
    await lab.settle();
    expect(lab.said().delivery).toMatchObject({ phase: 'done' });
  });

  it('runs it with the promotion where its step is left out', async () => {
    const lab = await serving(v2);
    ends(lab.kube, 'Complete');
    await lab.settle();
    lab.publish(to({ number: 2, action: 'promote' }, v2, version(3, 'smoke:3')));
    await lab.settle();
    expect([made(lab.kube), JSON.stringify(lab.kube.read(id)).includes('smoke:3')]).toEqual([2, true]);
    expect(lab.said()).toMatchObject({ delivery: { phase: 'done' } });
  });

  it('is not made while the site holds', async () => {
    const lab = await serving(v1);
    lab.publish(to());
    await lab.settle();
    lab.site({ hold: { until: null, reason: 'audit' } });
    lab.clock.move(60_000);
    await lab.settle();
    expect(made(lab.kube)).toBe(0);
  });

  it.each([
    ['that ended', true],
    ['that runs', false],
  ])('never deletes one %s and was taken over, and runs once where people did', async (_, isOver) => {
    const lab = await serving(v1);
    lab.kube.put_({ ...job('theirs'), metadata: { name: 'smoke', namespace: 'default', labels: {} } });
    const uid = uidOf(lab.kube);
    const annotations = { 'sluice.dev/adopt': 'true' };
    const taking = { ...job('smoke:2'), metadata: { ...job('').metadata, annotations } };
    const { app, objects } = alone(2);
    const next = testApp({
      ...{ name: app.name, namespace: app.namespace, objects: [...objects, taking] },
      ...{ revisions: app.revisions, replicas: app.replicas, traffic: app.traffic, deadline: 10 },
    });
    lab.publish(to({}, v1, next));
    await lab.settle();
    lab.clock.move(60_000);
    await lab.settle();
    if (isOver) ends(lab.kube, 'Complete');
    await lab.settle();
    expect(uidOf(lab.kube)).toBe(uid);
    expect(lab.said().delivery?.reason).toBe('analysis smoke: Job/smoke was there before: delete it to have it run');
    const tried = made(lab.kube);
    lab.kube.remove(id);
    await lab.settle();
    expect([made(lab.kube) - tried, lab.said().delivery]).toMatchObject([1, { step: 2, phase: 'paused' }]);
    ends(lab.kube, 'Complete');
    await lab.settle();
    expect([shown(lab.kube), made(lab.kube) - tried]).toEqual(['v1 0 (0), v2 10 (100)', 1]);
  });
});
