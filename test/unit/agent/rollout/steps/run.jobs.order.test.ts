import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../../shared/model/object.ts';
import { copyApp } from '../../../../fixtures/agent/copies.ts';
import { plainApp, type TestApp } from '../../../../fixtures/agent/apps.ts';
import { delivering } from '../../../../fixtures/agent/steps.ts';
import { serving } from '../../../../fixtures/agent/steps-lab.ts';
import type { Readiness } from '../../../../fakes/workloads.ts';

const id = 'batch/Job/default/smoke';
const job: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'smoke', namespace: 'default', labels: { 'app.kubernetes.io/managed-by': 'sluice' } },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'smoke', image: 'smoke:1' }] } } },
};

/** An Application whose component runs as this copy, and perhaps a Job that looks at that component; no weights lead to it. */
function looking(name: string, jobs: readonly KubeObject[]): TestApp {
  const one = copyApp({ name });
  const { app, objects } = plainApp(one.app.name, [...one.objects, ...jobs]);
  const componentOf = (of: string) => (of === id ? 'smoke' : 'reviews');
  return {
    app: {
      ...{ ...app, replicas: one.app.replicas, dependsOn: { smoke: ['reviews'] } },
      objects: app.objects.map((object) => ({ ...object, component: componentOf(object.id) })),
      health: { progressDeadlineSeconds: 10 },
    },
    objects,
  };
}

/** None of the pods of a copy is ready. */
const broken =
  (name: string): Readiness =>
  (one) =>
    one.metadata.name === name ? 0 : 99;

describe('the Job of an analysis that depends on what it looks at', () => {
  it.each([
    ['is made once the new copy is well, where what serves is broken', 'reviews', true],
    ['waits for the new copy', 'reviews-v2', false],
  ])('%s', async (_, name, isMade) => {
    const lab = await serving(looking('reviews', []));
    const steps = [
      { type: 'scale', replicas: { percent: 50 } },
      { type: 'analysis', checks: [{ name: 'smoke', job: id, timeoutSeconds: 100 }] },
    ] as const;
    lab.publish(delivering(looking('reviews', []), looking('reviews-v2', [job]), { steps }));
    for (let looks = 0; looks < 4; looks++) {
      await lab.settle(broken(name));
      lab.clock.move(11_000);
    }
    expect(lab.kube.read(id) !== undefined).toBe(isMade);
  });
});
