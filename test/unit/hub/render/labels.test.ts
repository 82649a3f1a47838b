import { describe, expect, it } from 'vitest';
import { withLabels, type LabelFacts } from '../../../../hub/render/labels.ts';
import type { ObjectOrigin } from '../../../../hub/render/origin.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const plain: LabelFacts = {
  application: 'app',
  component: 'web',
  contextName: 'web',
  revision: null,
  isSuffixed: false,
  isVerbatim: false,
  namespace: 'shop',
  copied: { labels: {}, annotations: {}, key: '' },
};
const service: ObjectOrigin = { kind: 'component', type: 'webservice', resource: null };
const inPlace: LabelFacts = { ...plain, revision: { name: 'app-v2', suffix: 'v2' } };
const sideBySide: LabelFacts = { ...inPlace, contextName: 'web-v2', isSuffixed: true };

const workload = (name: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { team: 'blue' } },
  spec: {
    selector: { matchLabels: { 'app.oam.dev/component': name } },
    template: { metadata: { labels: { 'app.oam.dev/component': name } }, spec: {} },
  },
});

function labelsOf(object: KubeObject) {
  const { selector, template } = object['spec'] as {
    selector: { matchLabels: object };
    template: { metadata: { labels: Record<string, string> } };
  };
  return { own: object.metadata.labels, selector: selector.matchLabels, pods: template.metadata.labels };
}

describe('the labels of a component’s objects', () => {
  it('of a plain Application name application and component', () => {
    const { own, selector, pods } = labelsOf(withLabels(workload('web'), plain, service));
    expect(own).toEqual({
      team: 'blue',
      'app.kubernetes.io/name': 'web',
      'app.kubernetes.io/instance': 'web',
      'app.kubernetes.io/component': 'web',
      'app.kubernetes.io/part-of': 'app',
      'app.kubernetes.io/managed-by': 'sluice',
      'app.oam.dev/component': 'web',
      'app.oam.dev/name': 'app',
      'app.oam.dev/namespace': 'shop',
      'app.oam.dev/resourceType': 'WORKLOAD',
      'workload.oam.dev/type': 'webservice',
    });
    expect(selector).toEqual({ 'app.oam.dev/component': 'web' });
    expect(pods).not.toHaveProperty('team');
  });

  it('of what is updated in place name the revision, but the selector does not: it is immutable', () => {
    const { own, selector, pods } = labelsOf(withLabels(workload('web'), inPlace, service));
    expect(own).toMatchObject({ 'app.oam.dev/revision': 'app-v2', 'app.kubernetes.io/version': 'v2' });
    expect(pods).toMatchObject({ 'app.oam.dev/revision': 'app-v2' });
    expect(selector).toEqual({ 'app.oam.dev/component': 'web' });
  });

  it('of revisions side by side tell them apart in selectors and pods alike', () => {
    const { selector, pods } = labelsOf(withLabels(workload('web-v2'), sideBySide, service));
    expect(selector).toEqual({ 'app.oam.dev/component': 'web', 'app.oam.dev/revision': 'app-v2' });
    expect(pods).toMatchObject(selector);
  });

  it.each([
    ['in place', inPlace, false],
    ['side by side', sideBySide, true],
  ])('of objects that are delivered as they are written, %s', (_, facts, isNamed) => {
    const { own } = labelsOf(withLabels(workload(facts.contextName), { ...facts, isVerbatim: true }, service));
    expect('app.oam.dev/revision' in (own ?? {})).toBe(isNamed);
  });

  it('reach the pods of a CronJob, and leave an object without pods alone', () => {
    const cron: KubeObject = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'web' },
      spec: { jobTemplate: { spec: { template: { spec: {} } } } },
    };
    expect(withLabels(cron, plain, service)['spec']).toMatchObject({
      jobTemplate: { spec: { template: { metadata: { labels: { 'app.oam.dev/component': 'web' } } } } },
    });
    const config: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, spec: { a: 1 } };
    expect(withLabels(config, plain, service)['spec']).toEqual({ a: 1 });
  });

  it.each<[of: string, origin: ObjectOrigin, labels: Record<string, string>]>([
    [
      'a trait',
      { kind: 'trait', type: 'gateway', resource: 'ingress' },
      {
        'app.oam.dev/resourceType': 'TRAIT',
        'trait.oam.dev/type': 'gateway',
        'trait.oam.dev/resource': 'ingress',
      },
    ],
    [
      'what a component makes beside its workload',
      { kind: 'component', type: 'webservice', resource: 'webserviceExpose' },
      {
        'app.oam.dev/resourceType': 'TRAIT',
        'workload.oam.dev/type': 'webservice',
        'trait.oam.dev/type': 'AuxiliaryWorkload',
        'trait.oam.dev/resource': 'webserviceExpose',
      },
    ],
    [
      'a trait of which the value of a label cannot have the name',
      { kind: 'trait', type: 'gold.'.repeat(20), resource: 'a:b' },
      { 'app.oam.dev/resourceType': 'TRAIT' },
    ],
  ])('say that it is of %s', (_, origin, labels) => {
    const { labels: own = {} } = withLabels(workload('web'), plain, origin).metadata;
    const told = Object.entries(own).filter(([key]) => /resourceType|^workload|^trait/.test(key));
    expect(Object.fromEntries(told)).toEqual(labels);
  });

  it('name the revision of the application where its objects are of that revision alone', () => {
    const keys = [plain, inPlace, sideBySide].map(
      (facts) => withLabels(workload(facts.contextName), facts, service).metadata.labels?.['app.oam.dev/appRevision'],
    );
    expect(keys).toEqual([undefined, undefined, 'app-v2']);
  });

  it('and their annotations have those of the Application, which win over nothing, and reach no pod', () => {
    const copied = {
      labels: { team: 'red', cost: '7', 'app.oam.dev/component': 'x' },
      annotations: { a: 'b' },
      key: '',
    };
    const labelled = withLabels(workload('web'), { ...plain, copied }, service);
    expect(labelled.metadata.labels).toMatchObject({ team: 'blue', cost: '7', 'app.oam.dev/component': 'web' });
    expect(labelled.metadata.annotations).toEqual({ a: 'b' });
    expect(JSON.stringify(labelled['spec'])).not.toContain('cost');
    expect(withLabels(workload('web'), plain, service).metadata).not.toHaveProperty('annotations');
  });
});
