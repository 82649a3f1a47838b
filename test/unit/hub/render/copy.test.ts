import { describe, expect, it } from 'vitest';
import { asCopy } from '../../../../hub/render/copy.ts';
import type { RevisionComponent } from '../../../../hub/render/revision-component.ts';
import { idOf, type KubeObject } from '../../../../shared/model/object.ts';

/** A component `web` as it is rendered under a name. */
function named(name: string, more: readonly KubeObject[] = []): RevisionComponent {
  const pods = { 'app.oam.dev/component': name };
  const own = (apiVersion: string, kind: string, spec: object, called = name): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name: called, namespace: 'default', labels: { 'app.oam.dev/component': 'web' } },
    spec,
  });
  const deployment = own('apps/v1', 'Deployment', {
    selector: { matchLabels: pods },
    template: { metadata: { labels: pods }, spec: { containers: [] } },
  });
  const backend = { service: { name } };
  return {
    component: 'web',
    contextName: name,
    own: [],
    shared: [
      deployment,
      own('v1', 'Service', { selector: pods, ports: [{ port: 80 }] }),
      own('v1', 'Service', { selector: { other: 'app' } }, 'foreign'),
      own('networking.k8s.io/v1', 'Ingress', { defaultBackend: backend }),
      own('batch/v1', 'CronJob', { schedule: '@daily' }, `${name}-clean`),
      own('autoscaling/v2', 'HorizontalPodAutoscaler', { scaleTargetRef: { kind: 'Deployment', name } }),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data: { of: name } },
      ...more,
    ],
    workloads: new Set([idOf(deployment)]),
    stages: new Map([[idOf(own('v1', 'Service', {})), 'pre']]),
    checks: [
      {
        component: 'web',
        subject: 'ComponentDefinition/webservice',
        status: {},
        parameter: {},
        context: {},
        objects: [
          { name: null, id: idOf(deployment), fields: [] },
          { name: 'service', id: idOf(own('v1', 'Service', {})), fields: [] },
        ],
      },
    ],
  };
}

const copy = asCopy(named('web'), named('web-v2'));
const short = (id: string) =>
  id
    .split('/')
    .slice(-3)
    .filter((part) => part !== 'default')
    .join('/');
const find = (kind: string) => copy.shared.filter((object) => object.kind === kind);

describe('a component as a copy beside another one', () => {
  it('has its workload and what scales it under its own name, and what is found by its name under that of the component', () => {
    expect(copy.shared.map((object) => short(idOf(object))).sort()).toEqual([
      'ConfigMap/settings',
      'CronJob/web-clean',
      'Deployment/web-v2',
      'HorizontalPodAutoscaler/web-v2',
      'Ingress/web',
      'Service/foreign',
      'Service/web',
    ]);
  });

  it('says on its pods, in its selector and in the Services that lead to them which copy they are of', () => {
    const labels = { 'app.oam.dev/component': 'web-v2', 'sluice.dev/copy': 'web-v2' };
    const [deployment] = find('Deployment');
    expect(deployment).toMatchObject({
      metadata: { labels: { 'sluice.dev/copy': 'web-v2' } },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } },
    });
    const selectors = find('Service').map(({ metadata, spec }) => [
      metadata.name,
      (spec as { selector: object }).selector,
    ]);
    expect(Object.fromEntries(selectors)).toEqual({ web: labels, foreign: { other: 'app' } });
  });

  it('leads its Ingress to the Service of the component', () => {
    expect(find('Ingress')).toMatchObject([{ spec: { defaultBackend: { service: { name: 'web' } } } }]);
  });

  it('has what is named otherwise as the copy says it', () => {
    expect(find('ConfigMap')).toMatchObject([{ data: { of: 'web-v2' } }]);
  });

  it('is judged, and comes in stages, by what is delivered', () => {
    expect(copy.checks?.flatMap(({ objects }) => objects.map(({ id }) => short(id)))).toEqual([
      'Deployment/web-v2',
      'Service/web',
    ]);
    expect([...copy.stages!].map(([id, stage]) => [short(id), stage])).toEqual([['Service/web', 'pre']]);
    expect([...copy.workloads].map(short)).toEqual(['Deployment/web-v2']);
  });
});
