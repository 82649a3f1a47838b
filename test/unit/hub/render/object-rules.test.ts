import { describe, expect, it } from 'vitest';
import { application } from '../../../../hub/model/documents.ts';
import { objectRules, withObjectRules } from '../../../../hub/render/object-rules.ts';
import type { RevisionComponent } from '../../../../hub/render/revision.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: { replicas: 1 },
};
const config: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'web',
    namespace: 'default',
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
  return withObjectRules(rendered, component, objectRules(doc)).shared.map((object, index) =>
    object === rendered.shared[index] ? '-' : JSON.stringify(object.metadata.annotations),
  );
}
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
  ])('%s', (_, policies, annotations) => {
    expect(after(...policies)).toEqual(annotations);
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
      objectRules(doc),
    );
    expect(one.written[0]?.own).toBe(one.own[0]);
    expect(one.own[0]).not.toBe(deployment);
    expect(deployment.metadata.annotations).toBeUndefined();
  });
});
