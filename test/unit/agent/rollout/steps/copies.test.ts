import { describe, expect, it } from 'vitest';
import { copiesOf } from '../../../../../agent/rollout/steps/copies.ts';
import { canonicalPretty, digestOf } from '../../../../../shared/lib/canonical.ts';
import type { KubeObject } from '../../../../../shared/model/object.ts';
import { contentOf } from '../../../../../shared/wire/bundle.ts';
import { configMap, exampleApp, plainApp, type TestApp } from '../../../../fixtures/agent/apps.ts';

const last = (id: string) =>
  id
    .split('/')
    .slice(1)
    .filter((part) => part !== 'default')
    .join('/');

/** Both copies of each component, what is made early, and what scales what serves. */
function copies(from: TestApp, to: TestApp) {
  const texts = new Map([...from.objects, ...to.objects].map((one) => [digestOf(canonicalPretty(one)), one]));
  const found = copiesOf(contentOf(from.app), contentOf(to.app), (digest) => texts.get(digest) ?? null)!;
  return {
    components: found.components.map(
      ({ name, old, fresh }) => `${name}: ${old.map(last).join(', ')} -> ${fresh.map(last).join(', ')}`,
    ),
    early: found.early.map(({ id }) => last(id)),
    scalers: [...found.scalers].map(([id, scaler]) => `${last(scaler.id)} of ${last(id)}`),
  };
}

const of = (...numbers: readonly number[]) => numbers.map((n) => ({ n, replicas: 2, weight: 100 / numbers.length }));
const workload = (kind: string, name: string, component: string): KubeObject => ({
  ...{ apiVersion: kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'apps/v1', kind },
  metadata: { name, namespace: 'default' },
  spec: { template: { metadata: { labels: { 'app.oam.dev/component': component } } } },
});
const with_ = (app: TestApp, ...more: readonly KubeObject[]): TestApp => {
  const other = plainApp('more', more);
  return {
    app: { ...app.app, objects: [...app.app.objects, ...other.app.objects] },
    objects: [...app.objects, ...more],
  };
};

describe('what steps move', () => {
  it('is the component that carries traffic', () => {
    expect(copies(exampleApp(of(1)), exampleApp(of(2)))).toEqual({
      components: ['web: Deployment/example-web-v1 -> Deployment/example-web-v2'],
      early: ['Service/example-v2'],
      scalers: [],
    });
  });

  it('leaves alone what both have', () => {
    const { components, early } = copies(exampleApp(of(1, 2)), exampleApp(of(2, 3)));
    expect(components).toEqual(['web: Deployment/example-web-v1 -> Deployment/example-web-v3']);
    expect(early).toEqual(['Service/example-v3']);
  });

  it('knows who scales what serves; the new autoscaler is not made early', () => {
    const scaled = { isAutoscaled: true };
    const { early, scalers } = copies(exampleApp(of(1), scaled), exampleApp(of(2), scaled));
    expect(early).toEqual(['Service/example-v2']);
    expect(scalers).toEqual(['HorizontalPodAutoscaler/example-web-v1 of Deployment/example-web-v1']);
  });

  it('knows a ScaledObject of KEDA, too, which scales a Deployment where it does not say what', () => {
    const spec = { scaleTargetRef: { name: 'example-web-v1' } };
    const scaled: KubeObject = {
      ...{ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata: { name: 'load', namespace: 'default' } },
      spec,
    };
    const { scalers } = copies(with_(exampleApp(of(1)), scaled), exampleApp(of(2)));
    expect(scalers).toEqual(['ScaledObject/load of Deployment/example-web-v1']);
  });

  it('2.13 makes early what runs nothing, and lets wait what runs, schedules, or runs once', () => {
    const more = [
      configMap('settings'),
      workload('Deployment', 'worker-v2', 'worker'),
      workload('Job', 'migrate-v2', 'migrate'),
      workload('CronJob', 'nightly', 'nightly'),
      workload('DaemonSet', 'agent', 'agent'),
      workload('StatefulSet', 'db', 'db'),
    ];
    const { components, early } = copies(exampleApp(of(1)), with_(exampleApp(of(2)), ...more));
    expect(early).toEqual(['Service/example-v2', 'ConfigMap/settings']);
    expect(components).toEqual(['web: Deployment/example-web-v1 -> Deployment/example-web-v2']);
  });

  it('is all that can be scaled where nothing carries traffic', () => {
    const [from, to] = [1, 2].map((n) => plainApp('jobs', [workload('Deployment', `worker-v${n}`, 'worker')]));
    expect(copies(from!, to!).components).toEqual(['worker: Deployment/worker-v1 -> Deployment/worker-v2']);
  });

  it('is nothing of what is updated in place', () => {
    const [from, to] = ['a', 'b'].map((value) => {
      const web = workload('Deployment', 'web', 'web');
      return plainApp('web', [{ ...web, metadata: { ...web.metadata, annotations: { value } } }]);
    });
    expect(copies(from!, to!)).toEqual({ components: [], early: [], scalers: [] });
  });

  it('is not known while a text is not at hand', () => {
    expect(copiesOf(contentOf(exampleApp(of(1)).app), contentOf(exampleApp(of(2)).app), () => null)).toBeNull();
  });
});
