import { describe, expect, it } from 'vitest';
import { application } from '../../../../hub/model/documents.ts';
import { objectRules, withObjectRules, withTreatments } from '../../../../hub/render/object-rules.ts';
import type { RevisionComponent } from '../../../../hub/render/revision-component.ts';
import type { Treatment } from '../../../../hub/model/rendered.ts';
import { idOf, type KubeObject } from '../../../../shared/model/object.ts';

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', labels: { 'app.oam.dev/resourceType': 'WORKLOAD' } },
  spec: { replicas: 1 },
};
const config: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'web',
    namespace: 'default',
    labels: { 'app.oam.dev/resourceType': 'TRAIT', 'trait.oam.dev/type': 'storage' },
    annotations: { 'sluice.dev/ignore-differences': '["/data/a"]', own: 'yes' },
  },
  data: {},
};
const rendered: RevisionComponent = {
  component: 'web',
  contextName: 'web',
  own: [],
  shared: [config, deployment],
  workloads: new Set(),
};

/** The annotations of each object after some policies; `-` = it is the very same. */
function after(...policies: object[]): readonly string[] {
  const doc = application.parse({
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'app' },
    spec: { components: [], policies },
  });
  const component = { name: 'web', type: 'webservice' };
  return withObjectRules(rendered, component, { rules: objectRules(doc), record }).shared.map((object, index) =>
    object === rendered.shared[index] ? '-' : JSON.stringify(object.metadata.annotations),
  );
}
const record = { app: 'default/app', name: 'app-v3' };
/** A policy whose rules say nothing but what they select. */
const selecting = (type: string, selector: object, more: object = {}) => ({
  type,
  properties: { rules: [{ selector, ...more }] },
});
const deployments = { resourceTypes: ['Deployment'] };
const configs = { resourceTypes: ['ConfigMap'] };
const once = (selector: object, ...path: string[]) => ({
  type: 'apply-once',
  properties: { enable: true, rules: [{ selector, strategy: { path } }] },
});
const ignored = (...pointers: string[]): string =>
  JSON.stringify({ 'sluice.dev/ignore-differences': JSON.stringify(pointers) });

describe('the rules of an application for its objects', () => {
  it.each<[rule: string, policies: object[], annotations: string[]]>([
    ['are none without policies', [], ['-', '-']],
    [
      'leave fields to others by kind',
      [once({ resourceTypes: ['Deployment'] }, 'spec.replicas', 'spec.template.spec.containers[0].image')],
      ['-', ignored('/spec/replicas', '/spec/template/spec/containers/0/image')],
    ],
    [
      'leave fields to others by name and kind',
      [once({ resourceTypes: ['Deployment'], resourceNames: ['x'] }, 'spec')],
      ['-', '-'],
    ],
    ['leave an object to others as a whole', [once({ resourceTypes: ['Deployment'] }, '*')], ['-', ignored('/spec')]],
    [
      'add to what a manifest leaves to others, each once',
      [once({ componentNames: ['web'] }, 'data.a', 'data["x.y/z"]')],
      [
        JSON.stringify({
          'sluice.dev/ignore-differences': '["/data/a","/data/x.y~1z"]',
          own: 'yes',
        }),
        ignored('/data/a', '/data/x.y~1z'),
      ],
    ],
    ['are none for a selector that asks for nothing', [once({}, 'spec.replicas')], ['-', '-']],
    ['are none for another component', [once({ componentNames: ['db'] }, 'spec.replicas')], ['-', '-']],
    [
      'are none where they are not enabled',
      [
        {
          type: 'apply-once',
          properties: { rules: [{ selector: { componentNames: ['web'] }, strategy: { path: ['spec'] } }] },
        },
      ],
      ['-', '-'],
    ],
    [
      'take over what is there by type of component',
      [
        {
          type: 'take-over',
          properties: { rules: [{ selector: { componentTypes: ['webservice'], resourceTypes: ['Deployment'] } }] },
        },
      ],
      ['-', '{"sluice.dev/adopt":"true"}'],
    ],
    [
      'come together',
      [
        once({ resourceTypes: ['Deployment'] }, 'spec.replicas'),
        {
          type: 'take-over',
          properties: { rules: [{ selector: { componentNames: ['web'], resourceTypes: ['Deployment'] } }] },
        },
      ],
      ['-', '{"sluice.dev/ignore-differences":"[\\"/spec/replicas\\"]","sluice.dev/adopt":"true"}'],
    ],
    [
      'say what an object belongs to',
      [{ type: 'security', properties: { audit: 'enabled' } }],
      [
        JSON.stringify({
          ...config.metadata.annotations,
          'audit.sluice.dev/application': 'default/app',
          'audit.sluice.dev/component': 'web',
          'audit.sluice.dev/revision': 'app-v3',
        }),
        JSON.stringify({
          'audit.sluice.dev/application': 'default/app',
          'audit.sluice.dev/component': 'web',
          'audit.sluice.dev/revision': 'app-v3',
        }),
      ],
    ],
    ['say nothing where that is switched off', [{ type: 'security', properties: { audit: false } }], ['-', '-']],
  ])('%s', (_, policies, annotations) => {
    expect(after(...policies)).toEqual(annotations);
  });

  it.each<[rule: string, policies: object[], config: Treatment | null, deployment: Treatment | null]>([
    ['nothing', [], null, null],
    [
      'that it stays until the application is deleted',
      [selecting('garbage-collect', deployments, { strategy: 'onAppDelete' })],
      null,
      { keep: 'appDeleted' },
    ],
    ['that it stays', [selecting('garbage-collect', deployments, { strategy: 'never' })], null, { keep: 'never' }],
    [
      'that all stay',
      [{ type: 'garbage-collect', properties: { keepLegacyResource: true } }],
      { keep: 'appDeleted' },
      { keep: 'appDeleted' },
    ],
    [
      'what the first rule says that selects it',
      [
        {
          type: 'garbage-collect',
          properties: { keepLegacyResource: true, rules: [{ selector: configs, strategy: 'onAppUpdate' }] },
        },
      ],
      null,
      { keep: 'appDeleted' },
    ],
    [
      'what a rule says of traits',
      [selecting('shared-resource', { traitTypes: ['storage'] })],
      { isShared: true },
      null,
    ],
    [
      'what a rule says of workloads',
      [selecting('shared-resource', { oamTypes: ['WORKLOAD'] })],
      null,
      { isShared: true },
    ],
    [
      'nothing of another component of that type',
      [selecting('shared-resource', { oamTypes: ['WORKLOAD'], componentNames: ['db'] })],
      null,
      null,
    ],
    [
      'that all are written with new content alone, without rules',
      [{ type: 'apply-once', properties: { enable: true } }],
      { policies: [{ type: 'apply-once' }] },
      { policies: [{ type: 'apply-once' }] },
    ],
    ['nothing, where that is not switched on', [{ type: 'apply-once', properties: {} }], null, null],
    ['that it is shared', [selecting('shared-resource', configs)], { isShared: true }, null],
  ])('say beside an object %s', (_, policies, ofConfig, ofDeployment) => {
    const doc = application.parse({
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'app' },
      spec: { components: [], policies },
    });
    const rules = { rules: objectRules(doc), record };
    const one = withObjectRules(rendered, { name: 'web', type: 'webservice' }, rules);
    const objects = [config, deployment].map((object) => ({ id: idOf(object), object }));
    const found = withTreatments([{ components: [one] }], objects).map(({ treatment = null }) => treatment);
    expect(found).toEqual([ofConfig, ofDeployment]);
  });

  it('are those of the component that a copy is made of', () => {
    const doc = application.parse({
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'app' },
      spec: { components: [], policies: [selecting('shared-resource', { componentNames: ['web'] })] },
    });
    const copy = { name: 'web-a', type: 'webservice', replica: { of: 'web', key: 'a' } };
    const one = withObjectRules(rendered, copy, { rules: objectRules(doc), record });
    expect(one.treatments?.size).toBe(2);
  });

  it('keep one object one value, wherever it stands', () => {
    const doc = application.parse({
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'app' },
      spec: { components: [], policies: [once({ componentNames: ['web'] }, 'spec.replicas')] },
    });
    const written = { own: deployment, plain: config, group: 'web' };
    const one = withObjectRules(
      { ...rendered, own: [deployment], written: [written] },
      { name: 'web', type: 'webservice' },
      { rules: objectRules(doc), record },
    );
    expect(one.written[0]?.own).toBe(one.own[0]);
    expect(one.own[0]).not.toBe(deployment);
    expect(deployment.metadata.annotations).toBeUndefined();
  });
});
